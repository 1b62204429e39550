"""Times greedy generation of `trimtab generate` and of transformers in turn, on the same prompts, and checks that the texts agree.

    OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=2000 python generate.py MODEL PROMPTS.jsonl [--max-new-tokens 64] [--trimtab PATH] [--threads 2]

MODEL is a folder in Hugging Face layout, PROMPTS a file of {"prompt": …} lines: the first alone, then the first eight together. Rates leave
out the loading of the model, and for transformers a warm-up of two tokens. Needs torch and transformers.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = pathlib.Path(__file__).resolve().parent


def ours(options, prompts):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts)
        file.flush()
        command = [options.trimtab, "generate", "--model", options.model, "--prompts", file.name, "--json"]
        command += ["--max-new-tokens", str(options.max_new_tokens), "--threads", str(options.threads)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    rate = float(re.search(r"([\d.]+) tokens/s", done.stderr).group(1))
    return rate, [json.loads(line)["ids"] for line in done.stdout.splitlines()]


def theirs(options, model, tokenizer, prompts):
    batch = tokenizer(prompts, return_tensors="pt", padding=True)
    settings = {"do_sample": False, "pad_token_id": tokenizer.pad_token_id or 0}
    with torch.inference_mode():
        model.generate(**batch, **settings, max_new_tokens=2)
        start = time.perf_counter()
        out = model.generate(**batch, **settings, max_new_tokens=options.max_new_tokens)
        seconds = time.perf_counter() - start
    new = out[:, batch["input_ids"].shape[1] :].tolist()
    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends])
    for row in new:
        stop = next((i + 1 for i, token in enumerate(row) if token in ends), len(row))
        del row[stop:]
    return sum(len(row) for row in new) / seconds, new


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("prompts")
    parser.add_argument("--max-new-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--trimtab", default=str(HERE.parents[1] / "deploy/bin/trimtab"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with open(options.prompts, encoding="utf-8") as file:
        prompts = [json.loads(line)["prompt"] for line in file][:8]
    tokenizer = AutoTokenizer.from_pretrained(options.model, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    print("| prompts | trimtab tok/s | transformers tok/s | ratio | same tokens |\n|---|---|---|---|---|")
    for some in (prompts[:1], prompts):
        mine, ids = ours(options, some)
        other, expected = theirs(options, model, tokenizer, some)
        same = sum(a == b for a, b in zip(ids, expected))
        print(f"| {len(some)} | {mine:.1f} | {other:.1f} | {mine / other:.2f} | {same} of {len(some)} |", flush=True)


if __name__ == "__main__":
    main()
