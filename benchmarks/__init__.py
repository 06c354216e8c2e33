"""How fast completion and reads are, next to Saleor alone; see README.md.

`python -m benchmarks` runs everything: `__main__` is the story, `suite` the figures,
`databases` and `workers` what they are taken in, `shop` and `rows` what is in there.
"""
