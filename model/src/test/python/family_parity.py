"""Numbers of Hugging Face transformers for FamilyParityTest, one JSON file per case.

    python family_parity.py OUT                  the committed cases, into model/src/test/resources/io/trimtab/model/families
    python family_parity.py OUT --random N SEED  N random configurations of every family, for
                                                 mvn -pl model -am test -Dtest=FamilyParityTest -Dtrimtab.families=OUT

Needs torch and transformers 5, or 4 for config.json in its words. Weights come from a formula that both sides compute, so no weights are stored. The float64 numbers are
transformers' own code with its casts to float32 made casts to float64.
"""
import json
import random
import sys
import zlib

import numpy as np
import torch

DOUBLE = True
_float32 = torch.float32
_to_float = torch.Tensor.float


def use(double):
    """Makes every float32 that transformers names a float64, or undoes it."""
    target = torch.float64 if double else _float32
    torch.float32 = torch.float = target
    torch.Tensor.float = torch.Tensor.double if double else _to_float
    torch.set_default_dtype(target)


use(True)
import transformers  # noqa: E402
from transformers import AutoConfig, AutoModelForCausalLM  # noqa: E402

LENGTHS = [(5, 7, 12), (1, 30, 3), (90, 60, 50)]
BETA = 0.1


def hashed(name, count):
    """In [-0.5, 0.5), 24 bits, exact in float32: a mix of the entry's index and the name's CRC-32."""
    x = np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + np.uint64(zlib.crc32(name.encode()))
    x &= np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(3266489917)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return (x >> np.uint64(8)).astype(np.float64) / 2.0**24 - 0.5


def weights(name, shape, unit_offset):
    values = hashed(name, int(np.prod(shape)))
    if name.endswith("norm.weight") and not unit_offset:
        values = 1 + values
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def rows(vocabulary):
    state = 12345
    result = []
    for lengths in LENGTHS:
        parts = []
        for length in lengths:
            ids = []
            for _ in range(length):
                state = (state * 1103515245 + 12345) % 2**31
                ids.append((state >> 8) % vocabulary)
            parts.append(ids)
        result.append(parts)
    return result


def build(config):
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    unit_offset = config.model_type.startswith("gemma")
    dtype = torch.float32
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights(name, tuple(parameter.shape), unit_offset).to(dtype))
    return model.eval()


def token_log_probs(model, prompt, completion):
    ids = torch.tensor([prompt + completion])
    logits = model(input_ids=ids, use_cache=False).logits[0]
    all_log_probs = torch.log_softmax(logits, -1)
    first = len(prompt)
    picked = [all_log_probs[t - 1, ids[0, t]] for t in range(first, ids.shape[1])]
    return torch.stack(picked), logits[-1]


def compute(config, vocabulary):
    model = build(config)
    loss = 0
    log_probs, tokens, last = [], [], None
    for prompt, chosen, rejected in rows(vocabulary):
        pair = []
        for completion in (chosen, rejected):
            each, logits = token_log_probs(model, prompt, completion)
            pair.append(each.sum())
            tokens.append([float(x) for x in each])
            log_probs.append(float(each.sum()))
            last = logits if completion is chosen else last
        # The reference: any numbers near by.
        references = [round(float(pair[0]) - 0.5, 3), round(float(pair[1]) + 0.25, 3)]
        margin = (pair[0] - references[0]) - (pair[1] - references[1])
        loss = loss - torch.nn.functional.logsigmoid(BETA * margin)
    loss.backward()
    gradients = {}
    for name, parameter in model.named_parameters():
        g = parameter.grad.detach().double().numpy().ravel()
        gradients[name] = [float(np.linalg.norm(g)), float(g @ hashed("probe " + name, g.size))]
    return {
        "log_probs": log_probs,
        "token_log_probs": tokens[0],
        "logits_behind_long_chosen": [float(x) for x in last],
        "dpo_loss": float(loss),
        "gradients": gradients,
    }


def gradient_error(single, double):
    """How far float32 is from float64, at most, relative to the norm of the tensor's gradient or a hundredth of the largest one."""
    floor = 1e-2 * max(norm for norm, _ in double.values())
    return max(
        abs(a - b) / max(double[name][0], floor) for name in double for a, b in zip(single[name], double[name]))


def references(log_probs):
    return [round(x + (-0.5 if i % 2 == 0 else 0.25), 3) for i, x in enumerate(log_probs)]


def words_of_version_4(kwargs):
    """rope_theta, rope_scaling, partial_rotary_factor and rope_local_base_freq instead of rope_parameters."""
    kwargs = dict(kwargs)
    rope = dict(kwargs.pop("rope_parameters", None) or {})
    if "full_attention" in rope:
        kwargs["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = dict(rope["full_attention"])
    for name in ("rope_theta", "partial_rotary_factor"):
        if name in rope:
            kwargs[name] = rope.pop(name)
    if rope.get("rope_type") == "longrope":
        rope["type"] = rope.pop("rope_type")
        rope.pop("original_max_position_embeddings", None)
    if rope.get("rope_type", "") != "default" and rope:
        kwargs["rope_scaling"] = rope
    return kwargs


def case(name, kwargs):
    old = transformers.__version__.startswith("4.")
    kwargs = words_of_version_4(kwargs) if old else dict(kwargs)
    model_type = kwargs.pop("model_type")
    config = AutoConfig.for_model(model_type, **kwargs)
    use(True)
    double = compute(config, config.vocab_size)
    state = AutoModelForCausalLM.from_config(config).state_dict()
    use(False)
    config32 = AutoConfig.for_model(model_type, **kwargs)
    single = compute(config32, config.vocab_size)
    written = json.loads(config.to_json_string(use_diff=True)) if old else config.to_dict()
    written["architectures"] = [type(AutoModelForCausalLM.from_config(config)).__name__]
    written["torch_dtype" if old else "dtype"] = "float32"
    tensors = {
        key: list(value.shape)
        for key, value in state.items()
        if not (config.tie_word_embeddings and key == "lm_head.weight")
    }
    return {
        "case": name,
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "config": written,
        "tensors": tensors,
        "rows": rows(config.vocab_size),
        "beta": BETA,
        "references": references(double["log_probs"]),
        "float64": double,
        "float32": {
            "log_probs": single["log_probs"],
            "gradient_error": gradient_error(single["gradients"], double["gradients"]),
        },
    }


SMALL = dict(
    vocab_size=48, hidden_size=32, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=None,
)


def small(model_type, **other):
    return {**SMALL, "model_type": model_type, **other}


CASES = {
    "llama-plain": small("llama", tie_word_embeddings=True),
    "llama-biases": small("llama", attention_bias=True, mlp_bias=True, head_dim=12, pad_token_id=3),
    "llama-rope-llama3": small("llama", rope_parameters=dict(
        rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64)),
    "llama-rope-linear": small("llama", rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0)),
    "llama-rope-dynamic": small("llama", rope_parameters=dict(rope_type="dynamic", rope_theta=10000.0, factor=4.0)),
    "mistral-window": small("mistral", sliding_window=11),
    "mistral-full": small("mistral", sliding_window=None, head_dim=16),
    "qwen2": small("qwen2", tie_word_embeddings=True),
    "qwen2-window": small("qwen2", use_sliding_window=True, sliding_window=9, max_window_layers=1),
    "qwen3": small("qwen3", head_dim=16, tie_word_embeddings=True),
    "qwen3-bias-window": small("qwen3", head_dim=8, attention_bias=True, use_sliding_window=True, sliding_window=16,
                               max_window_layers=2),
    "gemma2": small("gemma2", head_dim=12, query_pre_attn_scalar=20, sliding_window=13, pad_token_id=0,
                    attn_logit_softcapping=5.0, final_logit_softcapping=7.0),
    "gemma3": small("gemma3_text", head_dim=12, query_pre_attn_scalar=20, sliding_window=13, pad_token_id=0,
                    num_hidden_layers=4, num_key_value_heads=1,
                    layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
                    rope_parameters=dict(
                        full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1000000.0),
                        sliding_attention=dict(rope_type="default", rope_theta=10000.0))),
    "phi3": small("phi3", sliding_window=17, pad_token_id=2),
    "phi3-partial": small("phi3", num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=True,
                          rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.75)),
    "phi3-longrope": small("phi3", max_position_embeddings=1024, original_max_position_embeddings=256,
                           rope_parameters=dict(rope_type="longrope", rope_theta=10000.0,
                                                short_factor=[1.0, 1.1, 1.3, 1.7], long_factor=[1.0, 2.0, 4.0, 8.0],
                                                original_max_position_embeddings=256)),
    "olmo2": small("olmo2", pad_token_id=1),
    "granite": small("granite", embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22,
                     attention_multiplier=0.0625, tie_word_embeddings=True),
    "granite-biases": small("granite", embedding_multiplier=3.0, logits_scaling=0.5, residual_multiplier=0.7,
                            attention_multiplier=0.3, attention_bias=True, mlp_bias=True),
}


def random_case(model_type, rng):
    """Another size, GQA ratio, head size, window, rope scaling, bias and tying each time."""
    head = rng.choice([4, 6, 8, 10, 14, 16, 20])
    shared = rng.choice([1, 2, 3])
    heads = shared * rng.choice([1, 2, 3, 4])
    layers = rng.randint(1, 5)
    other = dict(
        vocab_size=rng.randint(20, 130), num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=shared,
        intermediate_size=rng.randint(9, 60), rms_norm_eps=rng.choice([1e-5, 1e-6, 1e-3]),
        tie_word_embeddings=rng.random() < 0.5, pad_token_id=rng.choice([None, 0, 7]),
        hidden_act=rng.choice(["silu", "gelu", "gelu_pytorch_tanh"]),
    )
    # The classes that cannot take a head size derive it.
    derives = model_type in ("phi3", "olmo2", "granite", "qwen2")
    other["hidden_size"] = heads * head if derives or model_type in ("llama", "gemma2", "gemma3_text") else rng.randint(9, 50)
    if not derives:
        other["head_dim"] = rng.choice([head, 2 * head])
    window = rng.choice([1, 2, 5, 31, 64, 149, 150, 151, 4096])
    kinds = [rng.choice(["full_attention", "sliding_attention"]) for _ in range(layers)]
    theta = rng.choice([100.0, 10000.0, 1e6])
    rope = rng.choice([
        dict(rope_type="default", rope_theta=theta),
        dict(rope_type="linear", rope_theta=theta, factor=rng.choice([1.5, 8.0])),
        dict(rope_type="dynamic", rope_theta=theta, factor=2.0),
        dict(rope_type="llama3", rope_theta=theta, factor=4.0, low_freq_factor=1.0, high_freq_factor=rng.choice([2.0, 4.0]),
             original_max_position_embeddings=rng.choice([32, 128])),
    ])
    if model_type == "phi3":
        share = rng.choice([1.0, 0.5, 0.75])
        rope = dict(rope_type="default", rope_theta=theta, partial_rotary_factor=share)
        other["sliding_window"] = rng.choice([None, window])
        other["original_max_position_embeddings"] = 256
        if rng.random() < 0.4:
            share = rope["partial_rotary_factor"] = rng.choice([1.0, 0.5])
            pairs = max(1, int(head * share) // 2)
            rope.update(rope_type="longrope", original_max_position_embeddings=256,
                        short_factor=[1 + 0.1 * i for i in range(pairs)], long_factor=[2.0] * pairs)
            other["max_position_embeddings"] = rng.choice([256, 4096])
    if model_type in ("llama", "qwen3", "olmo2", "granite", "gemma2", "gemma3_text"):
        other["attention_bias"] = rng.random() < 0.4
    if model_type in ("llama", "granite"):
        other["mlp_bias"] = rng.random() < 0.4
    if model_type == "mistral":
        other["sliding_window"] = rng.choice([None, window])
    if model_type in ("qwen2", "qwen3"):
        other.update(use_sliding_window=rng.random() < 0.6, sliding_window=window, max_window_layers=rng.randint(0, layers))
    if model_type.startswith("gemma"):
        other["hidden_activation"] = other.pop("hidden_act")
        other.update(sliding_window=window, query_pre_attn_scalar=rng.choice([8, head, 31]), layer_types=kinds)
        other["final_logit_softcapping"] = rng.choice([None, 3.0, 30.0])
    if model_type == "gemma2":
        other["attn_logit_softcapping"] = rng.choice([None, 2.0, 50.0])
    if model_type == "gemma3_text":
        rope = dict(full_attention=rope, sliding_attention=dict(rope_type="default", rope_theta=rng.choice([100.0, 1e4])))
    if model_type == "granite":
        other.update(embedding_multiplier=rng.choice([1.0, 12.0]), logits_scaling=rng.choice([1.0, 8.0, 0.3]),
                     residual_multiplier=rng.choice([1.0, 0.22]), attention_multiplier=rng.choice([0.1, 1.0]))
    return small(model_type, **{**other, "rope_parameters": rope})


def main():
    out = sys.argv[1]
    cases = CASES
    if "--random" in sys.argv:
        at = sys.argv.index("--random")
        rng = random.Random(int(sys.argv[at + 2]))
        types = sorted({kwargs["model_type"] for kwargs in CASES.values()})
        cases = {f"{t}-random-{i}": random_case(t, rng) for i in range(int(sys.argv[at + 1])) for t in types}
    for name, kwargs in cases.items():
        try:
            made = case(name, kwargs)
        except Exception as problem:  # a combination that transformers itself does not take
            print(name, "skipped:", repr(problem)[:200], file=sys.stderr)
            continue
        with open(f"{out}/{name}.json", "w") as file:
            json.dump(made, file, indent=None, separators=(",", ":"))
            file.write("\n")


main()
