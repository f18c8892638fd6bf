"""How an object lives in Graph, whatever it is: what all kinds of resource share, and the objects of a collection."""
