"""steps: each benchmark once: measure, print the tables, and return the run to be kept.

telling                what a run tells beside its figures
quality, speed, served a function for each benchmark
"""

from benchmarks.steps.quality import complete as complete
from benchmarks.steps.quality import correct as correct
from benchmarks.steps.quality import find_raw as find_raw
from benchmarks.steps.quality import find_sets as find_sets
from benchmarks.steps.quality import judge as judge
from benchmarks.steps.quality import probe as probe
from benchmarks.steps.quality import read_files as read_files
from benchmarks.steps.quality import segment as segment
from benchmarks.steps.served import compare_clusters as compare_clusters
from benchmarks.steps.served import fill_node as fill_node
from benchmarks.steps.served import serve as serve
from benchmarks.steps.speed import SLOW_PEER as SLOW_PEER
from benchmarks.steps.speed import SLOW_PEER_SIZE as SLOW_PEER_SIZE
from benchmarks.steps.speed import ask as ask
from benchmarks.steps.speed import ask_many as ask_many
from benchmarks.steps.speed import begin as begin
from benchmarks.steps.speed import cost_of_any as cost_of_any
from benchmarks.steps.speed import index as index
from benchmarks.steps.speed import index_tiny as index_tiny
from benchmarks.steps.speed import scale as scale
from benchmarks.steps.speed import use_as_whoosh as use_as_whoosh
