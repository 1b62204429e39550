"""Picks preference pairs that fit a length, as text for TRL and for `trimtab bench --rows` alike.

    python rows.py MODEL SOURCE OUT.jsonl --pairs 44 --max-length 512

MODEL is a folder with a tokenizer, SOURCE holds HH transcripts ({chosen, rejected}, JSON Lines, .gz or not) or LLaMA-Factory's pairs
({conversations, chosen, rejected}, one array). Every text ends with the model's EOS. Needs transformers.
"""

import argparse
import gzip
import json
import random

from transformers import AutoTokenizer

SPLIT = "\n\nAssistant:"
ROLES = {"human": "user", "gpt": "assistant", "system": "system"}


def transcript(row):
    prompt = row["chosen"][: row["chosen"].rfind(SPLIT) + len(SPLIT)]
    if not row["rejected"].startswith(prompt):
        return None
    return prompt, row["chosen"][len(prompt) :], row["rejected"][len(prompt) :]


def shared(row, tokenizer):
    messages = [{"role": ROLES[m["from"]], "content": m["value"]} for m in row["conversations"]]
    prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return prompt, row["chosen"]["value"], row["rejected"]["value"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--pairs", type=int, default=44)
    parser.add_argument("--max-length", type=int, default=512)
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    with (gzip.open if options.source.endswith(".gz") else open)(options.source, "rt", encoding="utf-8") as file:
        text = file.read()
    rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    random.Random(0).shuffle(rows)
    kept = 0
    with open(options.out, "w", encoding="utf-8") as out:
        for row in rows:
            pair = shared(row, tokenizer) if "conversations" in row else transcript(row)
            if pair is None or kept == options.pairs:
                continue
            prompt, chosen, rejected = pair[0], pair[1] + tokenizer.eos_token, pair[2] + tokenizer.eos_token
            longest = max(len(tokenizer(prompt + answer)["input_ids"]) for answer in (chosen, rejected))
            if longest <= options.max_length and chosen != rejected:
                out.write(json.dumps({"prompt": prompt, "chosen": chosen, "rejected": rejected}) + "\n")
                kept += 1
    if kept < options.pairs:
        raise SystemExit(f"{options.source} has {kept} usable pairs of {options.pairs}")


if __name__ == "__main__":
    main()
