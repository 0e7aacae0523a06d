/* The requests, as far as res has room for them, of the inputs. */
static void call(const double **arg, double **res) {
    NAME(arg, res, NULL, memory, 0);
}

/* How far a derivative is from central differences of the value, by up to 20 entries, relative to its
   largest entry. Where left and right differ, or half a step changes the differences, there is a kink or
   worse, and the entry is left out. */
static double from_differences(size_t derivative, size_t value, size_t argument) {
    const double *arg[INPUTS], *given = inputs[argument];
    double *res[OUTPUTS] = {NULL}, scale = 1e-300, worst = 0.0;
    const size_t rows = sizes[value], count = input_sizes[argument];
    for (size_t k = 0; k < INPUTS; ++k) {
        arg[k] = inputs[k];
    }
    arg[argument] = moved;
    for (size_t k = 0; k < count; ++k) {
        moved[k] = given[k];
    }
    for (size_t k = 0; k < rows; ++k) {
        scale = fmax(scale, 1e-3 * fabs(results[value][k]));
    }
    for (size_t k = 0; k < rows * count; ++k) {
        const double entry = results[derivative][k];
        scale = isfinite(entry) ? fmax(scale, fabs(entry)) : scale;
    }
    for (size_t k = 0; k < count; k += count / 20 + 1) {
        const double step = 6e-6 * fmax(1.0, fabs(given[k]));
        const double steps[] = {step, -step, step / 2.0, -step / 2.0};
        if (!isfinite(step)) {
            continue;
        }
        for (size_t l = 0; l < 4; ++l) {
            moved[k] = given[k] + steps[l];
            res[value] = ends[l];
            call(arg, res);
        }
        moved[k] = given[k];
        for (size_t r = 0; r < rows; ++r) {
            double slopes[4], slope, apart;
            for (size_t l = 0; l < 4; ++l) {
                slopes[l] = (ends[l][r] - results[value][r]) / steps[l];
            }
            slope = (slopes[0] + slopes[1]) / 2.0;
            apart = fabs(slope - results[derivative][r + k * rows]) / scale;
            if (fabs(slopes[0] - slopes[1]) <= 1e-3 * scale &&
                fabs(slope - (slopes[2] + slopes[3]) / 2.0) <= 1e-6 * scale) {
                worst = isnan(apart) ? INFINITY : fmax(worst, apart);
            }
        }
    }
    return worst;
}

int main(void) {
    double worst = 0.0, farthest = 0.0;
    call(inputs, results);
    for (size_t r = 0; r < OUTPUTS; ++r) {
        double apart = 0.0, scale = 0.0;
        for (size_t k = 0; k < sizes[r]; ++k) {
            const double a = results[r][k], b = expected[r][k];
            if (a != b && !(isnan(a) && isnan(b))) {
                apart = isnan(a - b) ? INFINITY : fmax(apart, fabs(a - b));
            }
            scale = isfinite(b) ? fmax(scale, fabs(b)) : scale;
        }
        worst = fmax(worst, apart > 0.0 ? apart / scale : 0.0);
    }
    for (int k = 0; k < DIFFERENCES; ++k) {
        const size_t *const one = derivatives[k];
        farthest = fmax(farthest, from_differences(one[0], one[1], one[2]));
    }
    printf("largest relative difference: %.1e, from differences: %.1e\n", worst, farthest);
    return worst <= 1e-9 && farthest <= 1e-5 ? 0 : 1;
}
