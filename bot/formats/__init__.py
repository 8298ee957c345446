"""The five formats of published digests, each read into structured items. Pure: text in, values
out.

A module per format (`daily`, `weekly` with its two kinds, `newsletter`, `reading_list`) over
shared parts: `lines` and `inline` take Markdown apart, `draft` makes an item, `reader` the issue
around it, `vocabulary` knows words. `recognise` tells the formats apart by their structure.
"""
