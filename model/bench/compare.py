"""Times `trimtab bench` and TRL in turn on the same rows and prints the table of ratios with its targets.

    python compare.py MODEL SHORT.jsonl LONG.jsonl [--trimtab PATH] [--only NAME,…] [--steps 8] [--peer-steps 8]

MODEL is a folder of the 135M shape with a tokenizer, SHORT and LONG are what rows.py picked: harmless-base at 512 tokens, long answers at
1,024. Every program runs in a process of its own, one after the other; ours first warms up for two steps, TRL for one. A ratio is taken over
the steps that both measured, which have the same rows; a difference in their useful tokens is an error. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WARM_UP = 2

# How threads wait for each other, for both programs: as bin/trimtab sets it for ours.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "2000"}

OURS = {
    "dpo bf16": ["--precision", "bf16"],
    "dpo bf16 small": ["--precision", "bf16", "--micro-batch-tokens", "512"],
    "dpo bf16 checkpointing": ["--precision", "bf16", "--activation-checkpointing", "--micro-batch-tokens", "512"],
    "dpo fp32": ["--precision", "fp32"],
    "dpo bf16 2 ranks": ["--precision", "bf16", "--ranks", "2"],
    "kto bf16": ["--precision", "bf16", "--stage", "kto"],
    "long bf16": ["--precision", "bf16", "--max-length", "1024"],
}

TRL = {
    "trl default": ["--bf16", "--checkpointing"],
    "trl precomputed": ["--bf16", "--checkpointing", "--precompute"],
    "trl fp32": [],
    "trl kto": ["--bf16", "--checkpointing", "--stage", "kto"],
    "trl long": ["--bf16", "--checkpointing", "--max-length", "1024"],
}

REUSED, EPOCH, MEMORY, PEAK = "reused", "epoch", "memory", "peak"

FIGURES = [
    ("DPO bf16, reference reused, over TRL default", "dpo bf16", "trl default", REUSED, ">= 4.5"),
    ("the same over TRL with precompute_ref_log_probs", "dpo bf16", "trl precomputed", REUSED, ">= 4"),
    ("DPO bf16, one epoch, scoring pass counted, over TRL default", "dpo bf16", "trl default", EPOCH, ">= 4"),
    ("DPO fp32, reference reused, over TRL fp32 without checkpointing", "dpo fp32", "trl fp32", REUSED, ">= 4"),
    ("two ranks of one thread over one rank of two", "dpo bf16 2 ranks", "dpo bf16", REUSED, ">= 1.2"),
    ("KTO bf16, reference reused, over TRL KTO", "kto bf16", "trl kto", REUSED, ">= 3.5"),
    ("KTO bf16, one epoch counted, over TRL KTO", "kto bf16", "trl kto", EPOCH, ">= 2.2"),
    ("long answers (1,024), DPO bf16 over TRL default", "long bf16", "trl long", REUSED, ">= 2.5"),
    ("peak memory, DPO bf16, over TRL default", "dpo bf16", "trl default", MEMORY, "<= 0.55"),
    ("the same, micro-batch-tokens 512", "dpo bf16 small", "trl default", MEMORY, "<= 0.55"),
    ("the same, with activation checkpointing too", "dpo bf16 checkpointing", "trl default", MEMORY, "<= 0.55"),
    ("executed matrix products over the bf16 peak", "dpo bf16", None, PEAK, ">= 0.45"),
    ("the same, two ranks", "dpo bf16 2 ranks", None, PEAK, ">= 0.45"),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("short")
    parser.add_argument("long")
    parser.add_argument("--trimtab", default=str(HERE.parents[1] / "deploy/bin/trimtab"))
    parser.add_argument("--only", default="", help="names of measurements, by comma; default: all")
    parser.add_argument("--steps", type=int, default=8, help="measured steps of ours")
    parser.add_argument("--peer-steps", type=int, default=8, help="measured steps of TRL's, the first of ours")
    parser.add_argument("--results", help="file that collects the results: what is in it is not measured again")
    return parser.parse_args()


def run(name, options):
    rows = options.long if "long" in name else options.short
    if name in OURS:
        command = [options.trimtab, "bench", options.model, "--rows", rows, "--json", "--rule", "on-dare"]
        command += ["--warm-up-steps", str(WARM_UP), "--steps", str(options.steps)] + OURS[name]
    else:
        command = [sys.executable, str(HERE / "trl_steps.py"), options.model, rows]
        command += ["--skip-steps", str(WARM_UP - 1), "--warm-up-steps", "1", "--steps", str(options.peer_steps)] + TRL[name]
    print("+", " ".join(command), file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def rate(result, steps, epoch=False):
    seconds = sum(result["step_seconds"][:steps])
    if epoch:
        seconds += result["scoring_seconds"] * steps / len(result["step_seconds"])
    return sum(result["step_tokens"][:steps]) / seconds


def ratio(ours, peer, kind):
    if kind == PEAK:
        return ours["share_of_peak"]
    if kind == MEMORY:
        return ours["peak_memory_mib"] / peer["peak_memory_mib"]
    steps = min(len(ours["step_seconds"]), len(peer["step_seconds"]))
    if ours["step_tokens"][:steps] != peer["step_tokens"][:steps]:
        raise SystemExit(f"Different rows: {ours['step_tokens']} and {peer['step_tokens']} useful tokens")
    return rate(ours, steps, kind == EPOCH) / rate(peer, steps)


def table(results):
    print("\n| measured | useful tok/s | one epoch | s/step | steps | peak MiB | share of matmul peak |\n|---|---|---|---|---|---|---|")
    for name, r in results.items():
        epoch = f"{r['tokens_per_second_one_epoch']:.1f}" if "tokens_per_second_one_epoch" in r else ""
        share = f"{100 * r['share_of_peak']:.1f} %" if "share_of_peak" in r else ""
        seconds = sum(r["step_seconds"]) / len(r["step_seconds"])
        print(f"| {name} | {r['tokens_per_second']:.1f} | {epoch} | {seconds:.2f} | {len(r['step_seconds'])} | {r['peak_memory_mib']:,} | {share} |")
    print("\n| figure | this run | target |\n|---|---|---|")
    for text, ours, peer, kind, target in FIGURES:
        if ours in results and (peer is None or peer in results):
            print(f"| {text} | {ratio(results[ours], results.get(peer), kind):.2f} | {target} |")


def main():
    options = arguments()
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)
    wanted = [name.strip() for name in options.only.split(",") if name.strip()] or [*OURS, *TRL]
    unknown = [name for name in wanted if name not in OURS and name not in TRL]
    if unknown:
        raise SystemExit(f"Unknown measurements {unknown}; they are {[*OURS, *TRL]}")
    kept = pathlib.Path(options.results) if options.results else None
    results = json.loads(kept.read_text()) if kept and kept.exists() else {}
    for name in wanted:
        if name not in results:
            result = run(name, options)
            if result is None:
                continue
            results[name] = result
            print(name, json.dumps(result), file=sys.stderr, flush=True)
            if kept:
                kept.write_text(json.dumps(results, indent=1))
    cores = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")]
    versions = next((r["versions"] for r in results.values() if "versions" in r), {})
    print(f"{len(cores)} cores of {cores[0] if cores else platform.machine()}; {versions}")
    table(results)


if __name__ == "__main__":
    main()
