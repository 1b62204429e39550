"""Gloo's all-reduce on this machine, the peer of RingBenchmark, which starts this script and asks for one all-reduce after the other.

    python3 gloo_all_reduce.py RANKS MEGABYTES STORE      STORE: a file that does not exist yet; then one empty line on standard input per all-reduce

Answers every line with the milliseconds of the slowest rank, measured behind a barrier. One process and one thread per rank, over 127.0.0.1.
"""

import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def timed(values):
    dist.barrier()
    start = time.perf_counter()
    dist.all_reduce(values)
    return (time.perf_counter() - start) * 1e3


def rank_of(rank, ranks, megabytes, store, lines):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=ranks)
    values = torch.empty(megabytes * 250_000)
    source = os.fdopen(lines) if rank == 0 else None
    while True:
        go = torch.tensor([1 if source is None or source.readline() else 0])
        dist.broadcast(go, 0)
        if not go.item():
            break
        values.fill_(rank + 1)
        milliseconds = torch.tensor([timed(values)])
        if not bool((values == ranks * (ranks + 1) / 2).all()):
            raise ValueError("gloo adds wrongly")
        dist.all_reduce(milliseconds, dist.ReduceOp.MAX)
        if rank == 0:
            print(f"{milliseconds.item():.3f}", flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    ranks, megabytes = int(sys.argv[1]), int(sys.argv[2])
    store = sys.argv[3]
    children = []
    for rank in range(1, ranks):
        children.append(mp.get_context("fork").Process(target=rank_of, args=(rank, ranks, megabytes, store, -1)))
        children[-1].start()
    rank_of(0, ranks, megabytes, store, sys.stdin.fileno())
    for child in children:
        child.join()
