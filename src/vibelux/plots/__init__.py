"""Figures drawn with Matplotlib, which is imported only when something is drawn."""
