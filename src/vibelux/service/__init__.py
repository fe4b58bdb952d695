"""The HTTP service: a JSON API over the library, the songs' sound, and the files of the page.

It takes no pictures: a face is read where its camera is, and seven numbers arrive here.
"""
