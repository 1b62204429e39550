"""PyTorch's fused AdamW on one core, the peer of UpdateJmh and UpdateBenchmark: the same number of parameters, in as many tensors.

    python3 fused_adamw.py PARAMETERS REPETITIONS

Prints the median milliseconds of processor time of a step, without and with what the merge phase does besides: the average over examples, the norm, and clipping.
"""

import statistics
import sys
import time

import torch

TENSORS = 30


def main():
    size, repetitions = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(1)
    parameters = [torch.nn.Parameter(torch.randn(size // TENSORS) * 0.02) for _ in range(TENSORS)]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter) * 0.02
    optimizer = torch.optim.AdamW(parameters, lr=1e-6, weight_decay=0.0, fused=True)
    plain, whole = [], []
    for _ in range(repetitions + 2):
        start = time.process_time()
        torch._foreach_div_([parameter.grad for parameter in parameters], 1.0)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        middle = time.process_time()
        optimizer.step()
        end = time.process_time()
        plain.append((end - middle) * 1e3)
        whole.append((end - start) * 1e3)
    print(f"fused AdamW of {size} parameters: {statistics.median(plain[2:]):.0f} ms; "
          f"with average, norm and clipping: {statistics.median(whole[2:]):.0f} ms")


if __name__ == "__main__":
    main()
