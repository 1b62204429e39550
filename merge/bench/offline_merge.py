#!/usr/bin/env python3
"""Merges three random models with trimtab and, where it is installed, with mergekit, in turn, and prints seconds and peak memory.

    merge/bench/offline_merge.py FOLDER [--rounds 3] [--methods ties,dare_ties] [--config conf/llama-135m.json] [--trimtab PATH]

FOLDER receives the models (1.6 GB for the default shape; kept for the next time) and the results (removed). Needs Python 3.9 and NumPy; mergekit is
taken from PATH (`pip install mergekit==0.1.5`) and left out with a word where it is not there. Peak memory is the largest resident set of
the command's processes together, sampled 20 times a second, in which pages of mapped files count, as the system counts them.
"""
import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = {
    "ties": {"density": 0.2},
    "dare_ties": {"density": 0.2},
    "dare_linear": {"density": 0.2},
    "task_arithmetic": {},
    "linear": {},
    "breadcrumbs": {"density": 0.9, "gamma": 0.01},
    "della": {"density": 0.4, "epsilon": 0.1},
}


def shapes(config):
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    head = config.get("head_dim") or hidden // config["num_attention_heads"]
    queries, keys = head * config["num_attention_heads"], head * config["num_key_value_heads"]
    table = {"model.embed_tokens.weight": (config["vocab_size"], hidden), "model.norm.weight": (hidden,)}
    if not config.get("tie_word_embeddings", False):
        table["lm_head.weight"] = (config["vocab_size"], hidden)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        table[at + "self_attn.q_proj.weight"] = (queries, hidden)
        table[at + "self_attn.k_proj.weight"] = (keys, hidden)
        table[at + "self_attn.v_proj.weight"] = (keys, hidden)
        table[at + "self_attn.o_proj.weight"] = (hidden, queries)
        table[at + "mlp.gate_proj.weight"] = (inner, hidden)
        table[at + "mlp.up_proj.weight"] = (inner, hidden)
        table[at + "mlp.down_proj.weight"] = (hidden, inner)
        table[at + "input_layernorm.weight"] = (hidden,)
        table[at + "post_attention_layernorm.weight"] = (hidden,)
    return table


def make_model(folder, config, seed):
    """Weights of 0.02, and for the models after the first another 0.002 on top of the first's."""
    import numpy

    folder.mkdir(parents=True)
    table = shapes(config)
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in table.items():
        size = 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for number, shape in enumerate(table.values()):
            values = numpy.random.default_rng([number]).standard_normal(shape, dtype="float32") * 0.02
            if seed:
                values += numpy.random.default_rng([seed, number]).standard_normal(shape, dtype="float32") * 0.002
            file.write(values.tobytes())
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama", **config}))


def merge_file(folder, method):
    extra = "".join(f", {key}: {value}" for key, value in METHODS[method].items())
    lines = [f"merge_method: {method}", "models:"]
    for model in ("m1", "m2"):
        lines += [f"  - model: {folder / model}", f"    parameters: {{weight: 0.5{extra}}}"]
    if method == "linear":
        lines += [f"  - model: {folder / 'base'}", "    parameters: {weight: 0.5}"]
    else:
        lines += [f"base_model: {folder / 'base'}"]
    file = folder / f"{method}.yml"
    file.write_text("\n".join(lines) + "\ndtype: float32\n")
    return file


def resident(pid):
    """Bytes resident of a process and its children."""
    try:
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(child) for child in children)


def measure(command, result):
    shutil.rmtree(result, ignore_errors=True)
    began, peak = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.05)
        seconds = time.monotonic() - began
        if process.returncode:
            sys.exit(f"{command} ended with {process.returncode}:\n{process.stdout.read()[-2000:]}")
    shutil.rmtree(result)
    return seconds, peak / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--methods", default="ties,dare_ties")
    parser.add_argument("--config", type=pathlib.Path, default=ROOT / "conf/llama-135m.json")
    parser.add_argument("--trimtab", default=str(ROOT / "deploy/bin/trimtab"))
    parser.add_argument("--mergekit", default=shutil.which("mergekit-yaml"))
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    config = json.loads(asked.config.read_text())
    for seed, name in enumerate(("base", "m1", "m2")):
        if not (folder / name / "config.json").exists():
            shutil.rmtree(folder / name, ignore_errors=True)
            make_model(folder / name, config, seed)
    if not asked.mergekit:
        print("mergekit is not installed (pip install mergekit==0.1.5): only trimtab is measured")
    for method in asked.methods.split(","):
        file = merge_file(folder, method)
        tools = {"trimtab": [asked.trimtab, "merge", str(file), "--output", str(folder / "out")]}
        if asked.mergekit:
            tools["mergekit"] = [asked.mergekit, str(file), str(folder / "out"), "--no-copy-tokenizer", "--quiet"]
        runs = {tool: [] for tool in tools}
        for _ in range(asked.rounds):
            for tool, command in tools.items():
                runs[tool].append(measure(command, folder / "out"))
        medians = {tool: [statistics.median(column) for column in zip(*all_runs)] for tool, all_runs in runs.items()}
        for tool, (seconds, peak) in medians.items():
            low, high = min(run[0] for run in runs[tool]), max(run[0] for run in runs[tool])
            print(f"{method:16} {tool:9} {seconds:6.1f} s ({low:.1f} to {high:.1f})  peak {peak:.2f} GB", flush=True)
        if asked.mergekit:
            ours, theirs = medians["trimtab"], medians["mergekit"]
            print(f"{method:16} ratios    {theirs[0] / ours[0]:6.1f} times as fast, memory {ours[1] / theirs[1]:.2f} times", flush=True)


if __name__ == "__main__":
    main()
