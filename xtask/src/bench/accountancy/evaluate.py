"""Evaluates simulated histories with the reference program; called by `cargo xtask bench`.

evaluate.py TOOLS HISTORIES: the first line of HISTORIES holds what all of them share, each further
line one history and what our tests said of it. Prints one JSON object: rates of both programs.
"""
import json
import math
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
import ref_accountancy as reference
from scipy.stats import chi2

with open(sys.argv[2], encoding="utf-8") as file:
    shared = json.loads(next(file))
    periods, alpha, k = shared["periods"], shared["alpha"], shared["k"]
    # The reference finds its own limits; ours stand in the file for comparison.
    h = reference.page_threshold(k, periods, alpha / 2)
    cumuf_limit = reference.norm_ppf(1 - alpha / 2)
    gemuf_limit = float(chi2.isf(alpha, periods))
    names = ["page", "loss", "gain", "cumuf", "gemuf"]
    ours, theirs = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    histories = differing = 0
    furthest = 0.0
    for line in file:
        history = json.loads(line)
        for stratum, amounts in zip(shared["strata"], history["x"]):
            stratum["x"] = amounts
        result = reference.evaluate(shared["strata"], periods, k=k, h=h)
        up, down = result["first_page_up_alarm"], result["first_page_down_alarm"]
        cumuf = abs(result["cumuf"][-1]) / result["sigma_cumuf"][-1]
        gemuf = float(result["gemuf"][-1])
        fired = [up or down, up, down, cumuf > cumuf_limit, gemuf > gemuf_limit]
        our_up, our_down = history["first_up"], history["first_down"]
        said = [our_up or our_down, our_up, our_down,
                history["cumuf"] > shared["cumuf_limit"], history["gemuf"] > shared["gemuf_limit"]]
        for name, mine, yours in zip(names, fired, said):
            theirs[name] += bool(mine)
            ours[name] += bool(yours)
        histories += 1
        differing += (up, down) != (our_up, our_down)
        furthest = max(furthest, abs(history["cumuf"] - cumuf), abs(history["gemuf"] - gemuf))

if histories == 0 or not math.isfinite(furthest):
    sys.exit("no histories, or figures that are none")
print(json.dumps({
    "histories": histories, "h": h, "our_h": shared["h"], "differing": differing,
    "furthest": furthest,
    "ours": {name: count / histories for name, count in ours.items()},
    "theirs": {name: count / histories for name, count in theirs.items()},
}))
