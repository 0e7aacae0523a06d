"""Writes elementary.txt: arguments, and what the functions are there, by mpmath at 1,200 bits.

One line a point: function, bits of the argument, bits of the nearest double of the value, and the
rest of the value in units of that double's last place. Needs mpmath; the points are random, with a fixed seed, beside
hard and special ones.
"""

import random
import struct

from mpmath import cos, cosh, exp, expm1, floor, frexp, ldexp, log, log1p, mp, mpf, pi, sin, tanh

mp.prec = 1200
random.seed(20240607)


def bits(x):
    return struct.pack(">d", x).hex()


def beside(x, steps=2):
    """x and its neighbours among the doubles."""
    centre = struct.unpack(">q", struct.pack(">d", abs(x)))[0]
    near = [struct.unpack(">d", struct.pack(">q", max(centre + k, 1)))[0] for k in range(-steps, steps + 1)]
    return [y if x > 0 else -y for y in near]


def uniform(low, high, n):
    return [random.uniform(low, high) for _ in range(n)]


def scaled(low, high, n, signs=(1, -1)):
    """Of all magnitudes from 2^low to 2^high."""
    return [random.choice(signs) * 2 ** random.uniform(low, high) for _ in range(n)]


def both(points):
    return points + [-x for x in points]


TINY = both([5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-160, 1e-20, 1e-9, 2.0 ** -27])
LN2 = 0.6931471805599453
EXPONENTIAL = (TINY + uniform(-750, 712, 120) + uniform(-1, 1, 120) + scaled(-30, 9, 80)
               + [y for k in (-1074, -1023, -1022, -500, -3, -2, -1, 1, 2, 3, 500, 1023) for y in beside((k + 0.5) * LN2)]
               + [y for k in (-1022, -54, -53, -1, 1, 52, 53, 1023) for y in beside(k * LN2)]
               + [709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.3964185322641, -744.5])
MODERATE = TINY + uniform(-45, 45, 120) + uniform(-1, 1, 150) + scaled(-30, 5, 100) \
    + [y for k in range(-6, 7) if k for y in beside((k + 0.5) * LN2)] \
    + [y for k in range(-6, 7) if k for y in beside((k + 0.5) * LN2 / 2)]
POSITIVE = ([x for x in TINY if x > 0] + scaled(-1074, 1024, 120, (1,)) + uniform(0.5, 2, 150) + scaled(-40, 40, 60, (1,))
            + [1 + x for x in scaled(-52, -3, 80)] + beside(1.0) + beside(2 ** 0.5) + beside(2 ** -0.5)
            + [1.7976931348623157e308, 10.0, 100.0, 1000.0, 1e15, 1e22, 0.1, 0.001, 8.0, 1024.0, 2.0 ** -1074, 2.0 ** -1022, 2.0 ** 1023]
            + [y for k in (-3, -1, 1, 2, 7) for y in beside(2.0 ** (k + 0.5))])
ABOVE = (TINY + scaled(-30, 1000, 80, (1,)) + uniform(-1, 1, 150) + uniform(-0.5, 3, 100) + scaled(-54, -1, 100)
         + beside(-0.2928932188134524) + beside(0.41421356237309515) + [-0.9999999999999999, -0.999, 1e300])


def closest(limit, n):
    """The doubles below `limit` that come closest to a multiple of π/2, by continued fractions of
    2^e·2/π: the arguments at which a reduction cancels most."""
    found = []
    e = -53
    while 2.0 ** (e + 52) < limit:
        ratio = mpf(2) ** e * 2 / pi
        p0, p1, q0, q1, x = 0, 1, 1, 0, ratio
        while True:
            a = int(floor(x))
            p0, p1, q0, q1 = p1, a * p1 + p0, q1, a * q1 + q0
            if q1 >= 2 ** 53:
                break
            # Multiples too, as far as they are doubles.
            for m in (1, 3, 5):
                value = ldexp(mpf(m * q1), e)
                if 0.5 < value < limit and m * q1 < 2 ** 53 and p1 > 0:
                    found.append((abs(m * q1 * ratio - m * p1), float(value)))
            x = 1 / (x - a)
        e += 1
    found.sort()
    return both(sorted({x for _, x in found[:n]}))


ANGLES = (TINY + uniform(-7, 7, 200) + uniform(-25735, 25735, 150) + scaled(-30, 14, 80) + scaled(14, 1000, 40)
          + closest(25735.0, 60) + [y for k in (1, 2, 3, 4, 5, 6, 7, 100, 16383) for y in beside(float(k * pi / 4))]
          + [25735.0, 25735.000000000004, 6381956970095103.0 * 2.0 ** 797])

FUNCTIONS = {
    "exp": (exp, EXPONENTIAL),
    "expm1": (expm1, EXPONENTIAL + MODERATE),
    "tanh": (tanh, MODERATE),
    "cosh": (cosh, MODERATE + [709.0, 710.0, -710.4758600739439, 710.475860073944]),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), MODERATE + uniform(-745, -40, 60) + [-744.5, -709.8]),
    "softplus": (lambda x: log1p(exp(x)), MODERATE + uniform(-745, -40, 60) + [-744.5, -709.8, 800.0]),
    "log_sigmoid": (lambda x: -log1p(exp(-x)), MODERATE + uniform(40, 745, 60) + [744.5, 709.8, -800.0]),
    "log": (log, POSITIVE),
    "log2": (lambda x: log(x) / log(mpf(2)), POSITIVE),
    "log10": (lambda x: log(x) / log(mpf(10)), POSITIVE),
    "log1p": (log1p, ABOVE),
    "sin": (sin, ANGLES),
    "cos": (cos, ANGLES),
}


def nearest(value):
    """The nearest double, to even, and the rest in its last places; mpmath's own conversion does not
    know subnormals."""
    if value == 0:
        return 0.0, 0.0
    unit = max(int(frexp(value)[1]), -1021) - 53
    places = ldexp(value, -unit)
    whole = floor(places)
    if places - whole > 0.5 or (places - whole == 0.5 and int(whole) % 2 == 1):
        whole += 1
    if abs(ldexp(whole, unit)) >= mpf(2) ** 1024:
        return float("inf") if value > 0 else -float("inf"), 0.0
    return float(ldexp(whole, unit)), float(places - whole)


with open("elementary.txt", "w") as out:
    for name, (function, points) in FUNCTIONS.items():
        for x in sorted(set(points)):
            high, rest = nearest(function(mpf(x)))
            out.write(f"{name} {bits(x)} {bits(high)} {rest:.4f}\n")
