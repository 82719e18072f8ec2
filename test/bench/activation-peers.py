"""PageRank by igraph of the arcs in a folder: seconds and the result as JSON. Needs `pip install igraph numpy`."""
import json
import sys
import time

import igraph
import numpy

folder, nodes = sys.argv[1], int(sys.argv[2])
read = lambda name, kind: numpy.fromfile(f"{folder}/{name}", dtype=kind)
graph = igraph.Graph(n=nodes, edges=numpy.column_stack([read("from", "<u4"), read("to", "<u4")]), directed=True)
weights = read("weights", "<f4").tolist()
started = time.perf_counter()
rank = graph.pagerank(damping=0.85, weights=weights)
print(json.dumps({"seconds": time.perf_counter() - started, "rank": rank}))
