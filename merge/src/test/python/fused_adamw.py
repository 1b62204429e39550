"""PyTorch's fused AdamW on one core, the peer of UpdateBenchmark: the same tensors, those of SmolLM2-135M.

    python3 fused_adamw.py REPETITIONS

Prints the median milliseconds of processor time: of the step alone; of the step with clipping by the norm, which is the least that an update needs; and with
the average over examples as well, which is what the merge phase does.
"""

import statistics
import sys
import time

import torch

HIDDEN = 576
ROWS = [49152] + 30 * [1, 1536, 1536, 1536, 1, 192, HIDDEN, HIDDEN, 192] + [1]


def main():
    repetitions = int(sys.argv[1])
    torch.set_num_threads(1)
    parameters = [torch.nn.Parameter(torch.randn(rows, HIDDEN) * 0.02) for rows in ROWS]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter) * 0.02
    optimizer = torch.optim.AdamW(parameters, lr=1e-6, weight_decay=0.0, fused=True)
    alone, clipped, whole = [], [], []
    for _ in range(repetitions + 2):
        times = [time.process_time()]
        torch._foreach_div_([parameter.grad for parameter in parameters], 1.0)
        times.append(time.process_time())
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        times.append(time.process_time())
        optimizer.step()
        times.append(time.process_time())
        alone.append((times[3] - times[2]) * 1e3)
        clipped.append((times[3] - times[1]) * 1e3)
        whole.append((times[3] - times[0]) * 1e3)
    print(f"fused AdamW of {HIDDEN * sum(ROWS)} parameters: {statistics.median(alone[2:]):.0f} ms; "
          f"with norm and clipping: {statistics.median(clipped[2:]):.0f} ms; "
          f"with average, norm and clipping: {statistics.median(whole[2:]):.0f} ms")


if __name__ == "__main__":
    main()
