"""Times TRL's own trainer on the CPU, step by step, on rows that rows.py picked; prints one JSON object.

    OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=2000 python trl_steps.py MODEL ROWS.jsonl --stage dpo --bf16 --checkpointing --steps 8

Without options: fp32, no checkpointing, the reference model resident; `--bf16 --checkpointing` is TRL's default configuration. A pair is
two sequences, and under KTO two labelled rows. Needs torch, transformers, trl.
"""

import argparse
import json
import os
import resource
import tempfile
import time

os.environ.update(HF_HUB_OFFLINE="1", TRL_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")

import torch
import transformers
import trl
from datasets import Dataset
from torch.utils.data import SequentialSampler
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--stage", choices=["dpo", "kto"], default="dpo")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--checkpointing", action="store_true")
    parser.add_argument("--precompute", action="store_true", help="reference log-probs before training, not timed")
    parser.add_argument("--pairs", type=int, default=4)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--skip-steps", type=int, default=0, help="rows of so many steps are left out in front")
    parser.add_argument("--warm-up-steps", type=int, default=1)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser.parse_args()


def rows(options):
    with open(options.rows, encoding="utf-8") as file:
        pairs = [json.loads(line) for line in file]
    first = options.skip_steps * options.pairs
    pairs = pairs[first : first + (options.warm_up_steps + options.steps) * options.pairs]
    if options.stage == "dpo":
        return pairs
    return [
        {"prompt": pair["prompt"], "completion": pair[answer], "label": answer == "chosen"}
        for pair in pairs
        for answer in ("chosen", "rejected")
    ]


def model(folder):
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    loaded.config.use_cache = False
    return loaded


def trainer(options):
    config, kind = (trl.DPOConfig, trl.DPOTrainer) if options.stage == "dpo" else (trl.KTOConfig, trl.KTOTrainer)
    settings = config(
        output_dir=tempfile.mkdtemp(),
        per_device_train_batch_size=options.pairs * (1 if options.stage == "dpo" else 2),
        gradient_accumulation_steps=1,
        max_steps=options.warm_up_steps + options.steps,
        max_length=options.max_length,
        bf16=options.bf16,
        gradient_checkpointing=options.checkpointing,
        precompute_ref_log_probs=options.precompute,
        use_cpu=True,
        report_to="none",
        save_strategy="no",
        logging_steps=1,
        disable_tqdm=True,
        learning_rate=1e-6,
        lr_scheduler_type="constant",
        seed=0,
    )
    made = kind(
        model=model(options.model),
        ref_model=None if options.precompute else model(options.model),
        args=settings,
        processing_class=AutoTokenizer.from_pretrained(options.model),
        train_dataset=Dataset.from_list(rows(options)),
    )
    made._get_train_sampler = lambda *ignored, **named: SequentialSampler(made.train_dataset)
    return made


class Steps(TrainerCallback):
    """Wall seconds and useful tokens of every step."""

    def __init__(self, made):
        self.seconds, self.tokens, self.batch = [], [], 0
        prepare = made._prepare_inputs

        def counting(inputs):
            prepared = prepare(inputs)
            if isinstance(prepared, dict) and "attention_mask" in prepared:
                self.batch = int(prepared["attention_mask"].sum())
            return prepared

        made._prepare_inputs = counting
        made.add_callback(self)

    def on_step_begin(self, *ignored, **named):
        self.start = time.perf_counter()

    def on_step_end(self, *ignored, **named):
        self.seconds.append(time.perf_counter() - self.start)
        self.tokens.append(self.batch)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    made = trainer(options)
    steps = Steps(made)
    made.train()
    seconds, tokens = steps.seconds[options.warm_up_steps :], steps.tokens[options.warm_up_steps :]
    print(
        json.dumps(
            {
                "stage": options.stage,
                "precision": "bf16" if options.bf16 else "fp32",
                "activation_checkpointing": options.checkpointing,
                "precompute": options.precompute,
                "step_tokens": tokens,
                "step_seconds": [round(s, 3) for s in seconds],
                "tokens_per_second": sum(tokens) / sum(seconds),
                "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
                "versions": {m.__name__: m.__version__ for m in (torch, transformers, trl)},
            }
        )
    )


if __name__ == "__main__":
    main()
