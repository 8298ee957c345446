"""Training of the topics' model, for those who build Ribao; needs scikit-learn.

``corpus`` reads papers, ``invented`` makes texts where papers are silent (other fields, Chinese),
``fit`` weighs n-grams, ``evaluate`` measures.
"""
