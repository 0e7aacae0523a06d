static double sign(double x) {
    return isnan(x) ? x : (double)((x > 0.0) - (x < 0.0));
}

static double square(double x) {
    return x * x;
}

static double larger(double a, double b) {
    return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
}

static double smaller(double a, double b) {
    return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
}

/* Without branches, so that a loop of it becomes vector instructions; for those of fewer than four
   numbers the function of the library is faster. */
static inline double exponential(double x) {
#ifdef __AVX2__
    static const double c[] = {
        0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326112,
        0.001388888888888373, 0.0001984126987490126, 2.4801587325605324e-05, 2.7557255297969643e-06,
        2.755727357010214e-07, 2.5105259538448494e-08, 2.0914717341716378e-09,
    };
    static const double limit = 1000.0, rounder = 6755399441055744.0;
    const int64_t beyond = -(int64_t)(fabs(x) > limit);
    const double bound = copysign(limit, x);
    double k, high, low, r, r2, r4, growth, half, rest;
    int64_t bits, bound_bits;
    memcpy(&bits, &x, sizeof bits);
    memcpy(&bound_bits, &bound, sizeof bound_bits);
    bits = (bound_bits & beyond) | (bits & ~beyond);
    memcpy(&x, &bits, sizeof x);
    /* x = k log 2 + r */
    k = (x * 1.4426950408889634 + rounder) - rounder;
    high = x - k * 0.6931471803691238;
    low = k * 1.9082149292705877e-10;
    r = high - low;
    r2 = r * r;
    r4 = r2 * r2;
    growth = ((c[0] + r * c[1]) + r2 * (c[2] + r * c[3])) +
             r4 * (((c[4] + r * c[5]) + r2 * (c[6] + r * c[7])) + r4 * ((c[8] + r * c[9]) + r2 * c[10]));
    growth = r + (r2 * growth + ((high - r) - low));
    /* Two powers of two, because 2^k itself may be out of range. */
    half = 0.5 * k + rounder;
    rest = (k - (half - rounder)) + rounder;
    memcpy(&bits, &half, sizeof bits);
    bits = (int64_t)((uint64_t)(bits + 1023) << 52);
    memcpy(&half, &bits, sizeof half);
    memcpy(&bits, &rest, sizeof bits);
    bits = (int64_t)((uint64_t)(bits + 1023) << 52);
    memcpy(&rest, &bits, sizeof rest);
    return (1.0 + growth) * half * rest;
#else
    return exp(x);
#endif
}

/* The decay is exp(-|x|). */
static double sigmoid_by(double x, double decay) {
    return (x >= 0.0 ? 1.0 : decay) / (1.0 + decay);
}

static double sigmoid(double x) {
    return sigmoid_by(x, exp(-fabs(x)));
}

static double softplus_by(double x, double decay) {
    return isnan(x) ? x : larger(x, 0.0) + log1p(decay);
}

static double softplus(double x) {
    return softplus_by(x, exp(-fabs(x)));
}

static double log_sigmoid_by(double x, double decay) {
    return -softplus_by(-x, decay);
}

static double log_sigmoid(double x) {
    return -softplus(-x);
}

static double logaddexp(double a, double b) {
    if (a == b) {
        return a + log(2.0);
    }
    return larger(a, b) + log1p(exp(-fabs(a - b)));
}

static double xlogy(double x, double y) {
    return x == 0.0 && !isnan(y) ? 0.0 : x * log(y);
}

static double floored_mod(double a, double b) {
    const double r = fmod(a, b);
    if (r == 0.0) {
        return copysign(r, b);
    }
    return (r < 0.0) != (b < 0.0) ? r + b : r;
}

static double digamma(double x) {
    static const double c[] = {1.0 / 132, 1.0 / 240, 1.0 / 252, 1.0 / 120, 1.0 / 12};
    double shift = 0.0, y, tail;
    int k;
    if (x <= 0.0 && x == floor(x)) {
        return NAN;
    }
    if (x < 0.0) {
        shift = -acos(-1.0) / tan(acos(-1.0) * x);
        x = 1.0 - x;
    }
    for (; x < 12.0; x += 1.0) {
        shift -= 1.0 / x;
    }
    y = 1.0 / (x * x);
    tail = 691.0 / 32760 - y / 12.0;
    for (k = 0; k < 5; ++k) {
        tail = c[k] - y * tail;
    }
    return log(x) - 0.5 / x - y * tail + shift;
}

static double polygamma(double n, double x) {
    static const double b[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
    const double s = n + 1.0;
    double below = 0.0, total, term, factorial = 2.0;
    int k;
    if (n != floor(n) || n < 0.0 || (x <= 0.0 && x == floor(x))) {
        return NAN;
    }
    if (n == 0.0) {
        return digamma(x);
    }
    for (; x < 16.0 + n; x += 1.0) {
        below += pow(x, -s);
    }
    total = pow(x, 1.0 - s) / (s - 1.0) + 0.5 * pow(x, -s);
    term = s * pow(x, -s - 1.0);
    for (k = 1; k <= 7; ++k) {
        total += b[k - 1] / factorial * term;
        term *= (s + 2.0 * k - 1.0) * (s + 2.0 * k) / (x * x);
        factorial *= (2.0 * k + 1.0) * (2.0 * k + 2.0);
    }
    return (fmod(n, 2.0) == 1.0 ? 1.0 : -1.0) * tgamma(s) * (below + total);
}

static double sum_lane(const double *x, size_t n, size_t step) {
    double total = 0.0;
    for (size_t k = 0; k < n; ++k) {
        total += x[k * step];
    }
    return total;
}

static double mean_lane(const double *x, size_t n, size_t step) {
    return sum_lane(x, n, step) / (double)n;
}

static double var_lane(const double *x, size_t n, size_t step) {
    double centre = 0.0, total = 0.0;
    for (size_t k = 0; k < n; ++k) {
        centre += x[k * step] - x[0];
    }
    centre /= (double)n;
    for (size_t k = 0; k < n; ++k) {
        total += square((x[k * step] - x[0]) - centre);
    }
    return total / (double)n;
}

static void deviations_lane(const double *x, double *y, size_t n, size_t step) {
    double centre = 0.0;
    for (size_t k = 0; k < n; ++k) {
        centre += x[k * step] - x[0];
    }
    for (size_t k = 0; k < n; ++k) {
        y[k * step] = (x[k * step] - x[0]) - centre / (double)n;
    }
}

static double std_lane(const double *x, size_t n, size_t step) {
    return sqrt(var_lane(x, n, step));
}

static double prod_lane(const double *x, size_t n, size_t step) {
    double total = 1.0;
    for (size_t k = 0; k < n; ++k) {
        total *= x[k * step];
    }
    return total;
}

static double max_lane(const double *x, size_t n, size_t step) {
    double best = -INFINITY;
    for (size_t k = 0; k < n; ++k) {
        best = larger(best, x[k * step]);
    }
    return best;
}

static double min_lane(const double *x, size_t n, size_t step) {
    double best = INFINITY;
    for (size_t k = 0; k < n; ++k) {
        best = smaller(best, x[k * step]);
    }
    return best;
}

static void sum_rows(const double *restrict x, double *restrict y, size_t m, size_t n) {
    for (size_t i = 0; i < m; ++i) {
        y[i] = 0.0;
    }
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i] += x[i + j * m];
        }
    }
}

static void prod_rows(const double *restrict x, double *restrict y, size_t m, size_t n) {
    for (size_t i = 0; i < m; ++i) {
        y[i] = 1.0;
    }
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i] *= x[i + j * m];
        }
    }
}

static void max_rows(const double *restrict x, double *restrict y, size_t m, size_t n) {
    for (size_t i = 0; i < m; ++i) {
        y[i] = -INFINITY;
    }
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i] = larger(y[i], x[i + j * m]);
        }
    }
}

static void min_rows(const double *restrict x, double *restrict y, size_t m, size_t n) {
    for (size_t i = 0; i < m; ++i) {
        y[i] = INFINITY;
    }
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i] = smaller(y[i], x[i + j * m]);
        }
    }
}

static void mean_rows(const double *restrict x, double *restrict y, size_t m, size_t n) {
    sum_rows(x, y, m, n);
    for (size_t i = 0; i < m; ++i) {
        y[i] /= (double)n;
    }
}

/* Of every column of x, or of every row: its largest entry, exp(x - largest), and the sum of those. */
static void exponentials_of_columns(const double *restrict x, double *restrict exps, double *restrict largest, double *restrict total, size_t m, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        const double shift = max_lane(x + j * m, m, 1);
        for (size_t i = j * m; i < (j + 1) * m; ++i) {
            exps[i] = exponential(x[i] - shift);
        }
        largest[j] = shift;
        total[j] = sum_lane(exps + j * m, m, 1);
    }
}

static void exponentials_of_rows(const double *restrict x, double *restrict exps, double *restrict largest, double *restrict total, size_t m, size_t n) {
    max_rows(x, largest, m, n);
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            exps[i + j * m] = exponential(x[i + j * m] - largest[i]);
        }
    }
    sum_rows(exps, total, m, n);
}

static double log_total(double largest, double total) {
    return isinf(largest) ? largest : largest + log(total);
}

static double log_share(double x, double largest, double rest) {
    return (x - largest) - rest;
}

static double norm1_lane(const double *x, size_t n, size_t step) {
    double total = 0.0;
    for (size_t k = 0; k < n; ++k) {
        total += fabs(x[k * step]);
    }
    return total;
}

static double norm_lane(const double *x, size_t n, size_t step) {
    double scale = 0.0, total = 0.0;
    for (size_t k = 0; k < n; ++k) {
        scale = larger(scale, fabs(x[k * step]));
    }
    if (!(scale > 0.0) || isinf(scale)) {
        return scale;
    }
    for (size_t k = 0; k < n; ++k) {
        total += square(x[k * step] / scale);
    }
    return scale * sqrt(total);
}

static double argmax_lane(const double *x, size_t n, size_t step) {
    const double best = max_lane(x, n, step);
    for (size_t k = 0; k < n; ++k) {
        if (x[k * step] == best || isnan(x[k * step])) {
            return (double)(k + 1);
        }
    }
    return NAN;
}

static void cumsum_lane(const double *x, double *y, size_t n, size_t step) {
    for (size_t k = 0; k < n; ++k) {
        y[k * step] = k == 0 ? x[0] : y[(k - 1) * step] + x[k * step];
    }
}

static void cumprod_lane(const double *x, double *y, size_t n, size_t step) {
    for (size_t k = 0; k < n; ++k) {
        y[k * step] = k == 0 ? x[0] : y[(k - 1) * step] * x[k * step];
    }
}

static void flip_lane(const double *x, double *y, size_t n, size_t step) {
    for (size_t k = 0; k < n; ++k) {
        y[k * step] = x[(n - 1 - k) * step];
    }
}

static void others(const double *x, double *y, size_t n) {
    double before = 1.0, after = 1.0;
    for (size_t k = 0; k < n; ++k) {
        y[k] = before;
        before *= x[k];
    }
    for (size_t k = n; k-- > 0;) {
        y[k] *= after;
        after *= x[k];
    }
}

static void recurrence(const double *a, const double *b, double *y, size_t m, size_t n) {
    for (size_t k = 0; k < m * n; ++k) {
        y[k] = k % m == 0 ? b[k] : a[k] * y[k - 1] + b[k];
    }
}

static void linspace(double a, double b, double *y, size_t n) {
    const double step = n > 1 ? (b - a) / (double)(n - 1) : 0.0;
    const int whole = floor(a) == a && floor(step) == step; // exact
    for (size_t k = 0; k < n; ++k) {
        const double t = n > 1 ? (double)k / (double)(n - 1) : 0.0;
        const double between = whole ? a + (double)k * step : (1.0 - t) * a + t * b;
        y[k] = k == 0 ? a : k == n - 1 ? b : between;
    }
}

static void onehot(const double *v, double *y, size_t m, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i + j * m] = v[i] == (double)(j + 1) ? 1.0 : 0.0;
        }
    }
}

static void diag(const double *x, double *y, size_t m, size_t n) {
    if (m == 1 || n == 1) {
        for (size_t k = 0; k < m * n * m * n; ++k) {
            y[k] = k % (m * n + 1) == 0 ? x[k / (m * n + 1)] : 0.0;
        }
    } else {
        for (size_t k = 0; k < (m < n ? m : n); ++k) {
            y[k] = x[k * (m + 1)];
        }
    }
}

static double approx(const double *a, const double *b, size_t n, double tol, double bound) {
    double largest = 0.0, apart = 0.0;
    for (size_t k = 0; k < n; ++k) {
        if (a[k] == b[k] && isinf(a[k])) {
            continue;
        }
        largest = larger(largest, larger(fabs(a[k]), fabs(b[k])));
        apart = larger(apart, fabs(a[k] - b[k]));
    }
    return isfinite(apart) && apart <= larger(bound, tol * largest) ? 1.0 : 0.0;
}

static void transpose(const double *x, double *y, size_t m, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[j + i * n] = x[i + j * m];
        }
    }
}

static void fill(double *y, size_t n, double value) {
    for (size_t k = 0; k < n; ++k) {
        y[k] = value;
    }
}

/* A block between matrices with these numbers of rows. */
static void copy_block(const double *x, size_t rows_x, double *y, size_t rows_y, size_t m, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i + j * rows_y] = x[i + j * rows_x];
        }
    }
}

static void add_block(const double *x, size_t rows_x, double *y, size_t rows_y, size_t m, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i + j * rows_y] += x[i + j * rows_x];
        }
    }
}

/* The offset of entry (i, j), counted from 1, of which m x n must follow; rows x cols are there. */
static size_t place(double i, double j, size_t m, size_t n, size_t rows, size_t cols) {
    const double last_i = (double)(rows - m + 1), last_j = (double)(cols - n + 1);
    const double row = i >= 1.0 ? (i <= last_i ? i : last_i) : 1.0;
    const double col = j >= 1.0 ? (j <= last_j ? j : last_j) : 1.0;
    return (size_t)(row - 1.0) + (size_t)(col - 1.0) * rows;
}

/* Whether there is such a place: outside of it values are NaN. */
static int inside(double i, double j, size_t m, size_t n, size_t rows, size_t cols) {
    return i == floor(i) && j == floor(j) && i >= 1.0 && j >= 1.0 &&
           i + (double)m - 1.0 <= (double)rows && j + (double)n - 1.0 <= (double)cols;
}

static void entries_at(const double *x, size_t rows, size_t cols, double i, double j, double *y, size_t m, size_t n) {
    if (inside(i, j, m, n, rows, cols)) {
        copy_block(x + place(i, j, m, n, rows, cols), rows, y, m, m, n);
    } else {
        fill(y, m * n, NAN);
    }
}

static void placed_at(const double *x, size_t m, size_t n, double i, double j, double *y, size_t rows, size_t cols) {
    fill(y, rows * cols, 0.0);
    if (inside(i, j, m, n, rows, cols)) {
        copy_block(x, m, y + place(i, j, m, n, rows, cols), rows, m, n);
    }
}

static void replace(const double *x, size_t m, size_t n, double i, double j, double *y, size_t rows, size_t cols) {
    if (inside(i, j, m, n, rows, cols)) {
        copy_block(x, m, y + place(i, j, m, n, rows, cols), rows, m, n);
    }
}

/* The rows (down) or columns that v lists. */
static void taken(const double *x, size_t rows, size_t cols, const double *v, size_t count, int down, double *y) {
    for (size_t k = 0; k < count; ++k) {
        if (down) {
            const size_t from = place(v[k], 1.0, 1, cols, rows, cols);
            copy_block(x + from, rows, y + k, count, 1, cols);
        } else {
            const size_t from = place(1.0, v[k], rows, 1, rows, cols);
            copy_block(x + from, rows, y + k * rows, rows, rows, 1);
        }
    }
}

/* The rows (down) or columns added up where v says. */
static void spread(const double *x, const double *v, size_t count, int down, double *y, size_t rows, size_t cols) {
    fill(y, rows * cols, 0.0);
    for (size_t k = 0; k < count; ++k) {
        if (down) {
            add_block(x + k, count, y + place(v[k], 1.0, 1, cols, rows, cols), rows, 1, cols);
        } else {
            add_block(x + k * rows, rows, y + place(1.0, v[k], rows, 1, rows, cols), rows, rows, 1);
        }
    }
}

static double dot(const double *restrict a, const double *restrict b, size_t n) {
    double parts[8] = {0.0}, total = 0.0;
    size_t k = 0;
    for (; k < n / 8 * 8; k += 8) {
        for (size_t l = 0; l < 8; ++l) {
            parts[l] += a[k + l] * b[k + l];
        }
    }
    for (; k < n; ++k) {
        total += a[k] * b[k];
    }
    for (size_t l = 0; l < 8; ++l) {
        total += parts[l];
    }
    return total;
}

/* y = a b: the columns of a, m x k, with the factors in b. */
static void matmul(const double *restrict a, const double *restrict b, double *restrict y, size_t m, size_t k, size_t n) {
    fill(y, m * n, 0.0);
    for (size_t j = 0; j < n; ++j) {
        double *const column = y + j * m;
        size_t l = 0;
        for (; l < k / 4 * 4; l += 4) {
            const double *const x = a + l * m;
            const double *const f = b + l + j * k;
            for (size_t i = 0; i < m; ++i) {
                column[i] = (((column[i] + x[i] * f[0]) + x[i + m] * f[1]) + x[i + 2 * m] * f[2]) + x[i + 3 * m] * f[3];
            }
        }
        for (; l < k; ++l) {
            for (size_t i = 0; i < m; ++i) {
                column[i] += a[i + l * m] * b[l + j * k];
            }
        }
    }
}

/* y = a b' */
static void matmul_nt(const double *restrict a, const double *restrict b, double *restrict y, size_t m, size_t k, size_t n) {
    fill(y, m * n, 0.0);
    for (size_t j = 0; j < n; ++j) {
        for (size_t l = 0; l < k; ++l) {
            for (size_t i = 0; i < m; ++i) {
                y[i + j * m] += a[i + l * m] * b[j + l * n];
            }
        }
    }
}

/* y = a' b */
static void matmul_tn(const double *restrict a, const double *restrict b, double *restrict y, size_t m, size_t k, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < m; ++i) {
            y[i + j * m] = dot(a + i * k, b + j * k, k);
        }
    }
}

static void matmul_reached(const double *a, const double *b, const double *ra, const double *rb, double *y, size_t m, size_t k, size_t n) {
    fill(y, m * n, 0.0);
    for (size_t j = 0; j < n; ++j) {
        for (size_t l = 0; l < k; ++l) {
            for (size_t i = 0; i < m; ++i) {
                if (ra[i + l * m] != 0.0 && rb[l + j * k] != 0.0) {
                    y[i + j * m] += a[i + l * m] * b[l + j * k];
                }
            }
        }
    }
}

static double tr(const double *x, size_t n) {
    return sum_lane(x, n, n + 1);
}

/* Factors a in place with partial pivoting; b gets the same swaps. The sign of the swaps. */
static double factor(double *a, double *b, size_t n, size_t columns) {
    double odd = 1.0;
    for (size_t k = 0; k < n; ++k) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; ++i) {
            if (fabs(a[i + k * n]) > fabs(a[pivot + k * n])) {
                pivot = i;
            }
        }
        if (pivot != k) {
            odd = -odd;
            for (size_t j = 0; j < n + columns; ++j) {
                double *column = j < n ? a + j * n : b + (j - n) * n;
                const double kept = column[k];
                column[k] = column[pivot];
                column[pivot] = kept;
            }
        }
        if (a[k + k * n] == 0.0) {
            continue;
        }
        for (size_t i = k + 1; i < n; ++i) {
            a[i + k * n] /= a[k + k * n];
        }
        for (size_t j = k + 1; j < n; ++j) {
            for (size_t i = k + 1; i < n; ++i) {
                a[i + j * n] -= a[i + k * n] * a[k + j * n];
            }
        }
    }
    return odd;
}

static double det(const double *x, double *work, size_t n) {
    double result;
    copy_block(x, n, work, n, n, n);
    result = factor(work, NULL, n, 0);
    for (size_t k = 0; k < n; ++k) {
        result *= work[k * (n + 1)];
    }
    return result;
}

static double logdet(const double *x, double *work, size_t n) {
    double sign_of = 1.0, total = 0.0;
    copy_block(x, n, work, n, n, n);
    sign_of = factor(work, NULL, n, 0);
    for (size_t k = 0; k < n; ++k) {
        sign_of *= work[k * (n + 1)] < 0.0 ? -1.0 : 1.0;
        total += log(fabs(work[k * (n + 1)]));
    }
    return sign_of < 0.0 && total > -INFINITY ? NAN : total;
}

static void solve(const double *x, const double *b, double *y, double *work, size_t n, size_t columns) {
    copy_block(x, n, work, n, n, n);
    copy_block(b, n, y, n, n, columns);
    factor(work, y, n, columns);
    for (size_t j = 0; j < columns; ++j) {
        double *column = y + j * n;
        for (size_t k = 0; k < n; ++k) {
            for (size_t i = k + 1; i < n; ++i) {
                column[i] -= work[i + k * n] * column[k];
            }
        }
        for (size_t k = n; k-- > 0;) {
            column[k] /= work[k * (n + 1)];
            for (size_t i = 0; i < k; ++i) {
                column[i] -= work[i + k * n] * column[k];
            }
        }
    }
}

static void identity(double *y, size_t n) {
    for (size_t k = 0; k < n * n; ++k) {
        y[k] = k % (n + 1) == 0 ? 1.0 : 0.0;
    }
}

/* Needs room for the unit matrix and for the factors. */
static void inv(const double *x, double *y, double *work, size_t n) {
    identity(work, n);
    solve(x, work, y, work + n * n, n, n);
}

/* Minor by minor, so that it is right at singular matrices too. */
static void cofactor(const double *x, double *y, double *work, size_t n) {
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < n; ++i) {
            size_t k = 0;
            for (size_t c = 0; c < n; ++c) {
                for (size_t r = 0; r < n; ++r) {
                    if (r != i && c != j) {
                        work[n * n + k++] = x[r + c * n];
                    }
                }
            }
            y[i + j * n] = ((i + j) % 2 == 0 ? 1.0 : -1.0) * det(work + n * n, work, n - 1);
        }
    }
}
