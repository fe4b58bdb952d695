"""From a frame to a mood: camera, detector, expression model, tracker."""
