"""Layouts: an issue as a document of blocks, and the document as Markdown, HTML or text. Pure.

``sheet`` is what an issue says, whatever its layout; one module for each layout lays it out as a
``document``; one module for each form writes that down.
"""
