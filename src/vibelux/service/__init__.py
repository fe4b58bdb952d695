"""The HTTP service: a JSON API over the library, the songs' sound, and the files of the page.

It takes no pictures: a face is read where the camera is, and only seven numbers arrive here.
"""
