"""Run after installing, as `python -m knowledge.understanding.learned`: what reading questions needs is learned now.

It is kept in the user's own cache folder, where every home finds it; else the first start would learn it.
"""

from knowledge.loader import load_library
from knowledge.understanding.training import load_model

if __name__ == "__main__":
    load_model(load_library())
