"""From a frame to a mood: image, video and camera files, detector, expression model, tracker."""
