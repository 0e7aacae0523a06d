def relative(a, b):
    """The largest difference, relative to the largest entry."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(all="ignore"):
        apart = np.max(np.where(same, 0.0, np.abs(a - b)), initial=0.0)
        scale = np.max(np.where(np.isfinite(b), np.abs(b), 0.0), initial=0.0)
        return apart / scale if apart > 0 else 0.0


def from_differences(derivative, value, name):
    """How far a derivative is from central differences of the value, by up to 20 entries.

    Relative to its largest entry. Where left and right differ, or half a step changes the
    differences, there is a kink or worse, and the entry is left out.
    """
    given = inputs()
    start = np.asarray(given[name], dtype=float)

    def entries(request, x):
        value = values(**{**given, name: x})[request]
        return np.asarray(ARRAY, dtype=float).ravel()

    centre = entries(value, start)
    found = entries(derivative, start).reshape(centre.size, start.size)
    sizes = np.where(np.isfinite(found), np.abs(found), 0.0)
    scale = max(np.max(sizes), 1e-3 * np.max(np.abs(centre)), 1e-300)
    worst = 0.0
    for k in range(0, start.size, start.size // 20 + 1):
        step = 6e-6 * max(1.0, abs(start.flat[k]))
        if not np.isfinite(step):
            continue
        ends = []
        for h in (step, -step, step / 2, -step / 2):
            moved = start.copy()
            moved.flat[k] += h
            with np.errstate(all="ignore"):
                ends.append((entries(value, moved) - centre) / h)
        right, left, near, nearer = ends
        slope, half = (right + left) / 2, (near + nearer) / 2
        smooth = np.abs(right - left) <= 1e-3 * scale
        smooth &= np.abs(slope - half) <= 1e-6 * scale
        apart = np.nan_to_num(np.abs(slope - found[:, k]) / scale, nan=np.inf)
        worst = max(worst, np.max(np.where(smooth, apart, 0.0)))
    return worst


def check():
    """Compares with Wengert's numbers and with differences; 0 where all agree."""
    worst, farthest = 0.0, 0.0
    for text, value, expected in zip(REQUESTS, values(**inputs()), EXPECTED):
        difference = relative(ARRAY, expected)
        print(f"{text}: {difference:.1e}")
        worst = max(worst, np.inf if np.isnan(difference) else difference)
    for derivative, value, name in DERIVATIVES:
        difference = from_differences(derivative, value, name)
        differences = f"from differences of {REQUESTS[value]}"
        print(f"{REQUESTS[derivative]} {differences}: {difference:.1e}")
        farthest = max(farthest, difference)
    print(f"largest relative difference: {worst:.1e}, from differences: {farthest:.1e}")
    return 0 if worst <= 1e-9 and farthest <= 1e-5 else 1


if __name__ == "__main__":
    sys.exit(check())
