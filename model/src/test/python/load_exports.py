"""Loads every model folder in a folder with Hugging Face transformers: no missing or unexpected keys, and the committed log-probs.

    mvn -pl model -am test -Dtest=FamilyParityTest -Dtrimtab.exports=OUT
    python load_exports.py OUT ../resources/io/trimtab/model/families
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM

failed = 0
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    case = json.loads((pathlib.Path(sys.argv[2]) / f"{folder.name}.json").read_text())
    model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, attn_implementation="eager")
    prompt, chosen, _ = case["rows"][2]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([prompt + chosen])).logits[0].double()
    picked = torch.log_softmax(logits, -1)[range(len(prompt) - 1, len(prompt) + len(chosen) - 1), chosen].sum()
    expected = case["float64"]["log_probs"][4]
    problems = {key: value for key, value in info.items() if value}
    good = not problems and abs(float(picked) - expected) < 1e-4 * abs(expected) + 1e-3
    failed += not good
    print("ok " if good else "BAD", folder.name, float(picked), expected, problems or "")
sys.exit(failed > 0)
