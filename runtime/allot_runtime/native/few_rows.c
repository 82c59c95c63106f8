/* The layers of a BERT-like encoder over a handful of rows, such as those of one query.
 *
 *   hidden [rows, width] -> (attention, feed-forward) for each layer -> hidden
 *
 * With few rows a product is bound by reading its weights once, not by arithmetic. So the weights
 * stay as they lie in their file ([out, in], mapped into memory), four outputs at a time are made
 * for three rows at a time, and what the next four need is fetched meanwhile. All of a pass is one
 * parallel region, whose threads meet seven times a layer.
 *
 * Every sum runs over the inputs in an order of its own rows only: a row's result does not depend on
 * which others are computed with it.
 *
 * Post-norm as in the BERT paper; the blocks are those of layers.py, which states the same in torch.
 */

#include <math.h>
#include <string.h>

#include <omp.h>

#define LANES 8
#define OUTPUTS 4
#define LINE 16 /* floats in a cache line */

/* Wherever floats lie: nothing is aligned to more than one of them. */
typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int ints __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float quad __attribute__((vector_size(4 * OUTPUTS), aligned(4), may_alias));

#define shuffle(one, other, ...) __builtin_shuffle(one, other, (ints){__VA_ARGS__})

typedef struct {
    const float *weight; /* [out, in] */
    const float *bias;   /* [out] */
} linear;

typedef struct {
    linear query, key, value, attention_output;
    linear attention_norm;
    linear up, down;
    linear norm;
} layer;

enum activation { GELU, GELU_TANH, RELU };

typedef struct {
    long rows, width, inner, heads;
    long sequences;
    const long *starts; /* [sequences + 1]: the first row of each, and the end of the last */
    enum activation activation;
    float epsilon;
} shape;

typedef struct {
    long first, last;
} range;

static range share(long count)
{
    long thread = omp_get_thread_num(), threads = omp_get_num_threads();
    return (range){count * thread / threads, count * (thread + 1) / threads};
}

static inline vec load(const float *at) { return *(const vec *)at; }

static inline void store(float *at, vec values) { *(vec *)at = values; }

/* One or the other in each lane, by a comparison's result. */
static inline vec choose(ints which, vec one, vec other)
{
    return (vec)((which & (ints)one) | (~which & (ints)other));
}

static inline float sum(vec v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* The sums of four vectors' lanes. */
static inline quad sum_each(const vec *of)
{
    vec one = shuffle(of[0], of[1], 0, 8, 2, 10, 4, 12, 6, 14) + shuffle(of[0], of[1], 1, 9, 3, 11, 5, 13, 7, 15);
    vec two = shuffle(of[2], of[3], 0, 8, 2, 10, 4, 12, 6, 14) + shuffle(of[2], of[3], 1, 9, 3, 11, 5, 13, 7, 15);
    vec all = shuffle(one, two, 0, 1, 8, 9, 4, 5, 12, 13) + shuffle(one, two, 2, 3, 10, 11, 6, 7, 14, 15);
    quad halves[2];
    memcpy(halves, &all, sizeof all);
    return halves[0] + halves[1];
}

/* Make OUTPUTS outputs of `count` rows; fetch the lines of the weights that come next. */
static inline __attribute__((always_inline)) void make_tile(
    int count, const float *values, long in, const float *weight, const float *bias, float *out,
    long stride, const float *next)
{
    vec sums[3][OUTPUTS];
    memset(sums, 0, sizeof sums);
    for (long line = 0; line < in; line += LINE) {
        if (next)
            for (int output = 0; output < OUTPUTS; output++)
                __builtin_prefetch(next + output * in + line);
        for (long at = line; at < line + LINE; at += LANES)
            for (int output = 0; output < OUTPUTS; output++) {
                vec factor = load(weight + output * in + at);
                for (int row = 0; row < count; row++)
                    sums[row][output] += load(values + row * in + at) * factor;
            }
    }
    for (int row = 0; row < count; row++)
        *(quad *)(out + row * stride) = sum_each(sums[row]) + *(const quad *)bias;
}

/* out[row, o] = values[row] . weight[o] + bias[o] for the outputs of this thread, which it returns. */
static range apply(linear by, const float *values, long rows, long in, long outputs, float *out,
                   long stride)
{
    range mine = share(outputs / LANES);
    mine = (range){mine.first * LANES, mine.last * LANES};
    for (long output = mine.first; output < mine.last; output += OUTPUTS) {
        const float *weight = by.weight + output * in, *bias = by.bias + output;
        const float *next = output + OUTPUTS < mine.last ? weight + OUTPUTS * in : NULL;
        long row = 0;
        for (; rows - row >= 3 && rows - row != 4; row += 3, next = NULL)
            make_tile(3, values + row * in, in, weight, bias, out + row * stride + output, stride, next);
        for (; rows - row >= 2; row += 2, next = NULL)
            make_tile(2, values + row * in, in, weight, bias, out + row * stride + output, stride, next);
        if (row < rows)
            make_tile(1, values + row * in, in, weight, bias, out + row * stride + output, stride, next);
    }
    return mine;
}

/* e to the power of each value, within two units in the last place (Cephes' polynomial). */
static inline vec exponential(vec values)
{
    const vec zero = {0}, low = zero - 87.0f, high = zero + 88.0f;
    values = choose(values < low, low, choose(values > high, high, values));
    vec scaled = values * 1.44269504f;
    ints whole = __builtin_convertvector(scaled + choose(scaled < zero, zero - 0.5f, zero + 0.5f), ints);
    vec power = __builtin_convertvector(whole, vec);
    vec rest = values - power * 0.693359375f + power * 2.12194440e-4f;
    vec series = zero + 1.9875691500e-4f;
    series = series * rest + 1.3981999507e-3f;
    series = series * rest + 8.3334519073e-3f;
    series = series * rest + 4.1665795894e-2f;
    series = series * rest + 1.6666665459e-1f;
    series = series * rest + 5.0000001201e-1f;
    series = series * rest * rest + rest + 1.0f;
    return series * (vec)((whole + 127) << 23);
}

/* x (1 + erf(x / sqrt 2)) / 2, erf by Abramowitz and Stegun 7.1.26, off by at most 1.5e-7. */
static inline vec gelu(vec x)
{
    const vec zero = {0};
    vec scaled = x * 0.70710678f;
    vec size = choose(scaled < zero, -scaled, scaled);
    vec t = 1.0f / (size * 0.3275911f + 1.0f);
    vec series = zero + 1.061405429f;
    series = series * t - 1.453152027f;
    series = series * t + 1.421413741f;
    series = series * t - 0.284496736f;
    series = series * t + 0.254829592f;
    vec tail = series * t * exponential(-size * size); /* 1 - erf(size) */
    return x * 0.5f * choose(x < zero, tail, 2.0f - tail);
}

/* x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel 2016). */
static inline vec gelu_tanh(vec x)
{
    vec inside = (x + x * x * x * 0.044715f) * 0.79788456f;
    return x - x / (exponential(inside * 2.0f) + 1.0f);
}

static inline vec activate(vec x, enum activation activation)
{
    const vec zero = {0};
    switch (activation) {
    case GELU: return gelu(x);
    case GELU_TANH: return gelu_tanh(x);
    default: return choose(x < zero, zero, x);
    }
}

/* mixed = softmax(query . keys / sqrt size) . values for one row and head, over rows first to last. */
static void attend_row(const float *query, const float *keys, const float *values, long size,
                       long stride, range over, float *scores, float *mixed)
{
    float scale = 1.0f / sqrtf(size), largest = -INFINITY, total = 0;
    for (long other = over.first; other < over.last; other++) {
        vec products = {0};
        for (long at = 0; at < size; at += LANES)
            products += load(query + at) * load(keys + other * stride + at);
        scores[other] = sum(products) * scale;
        largest = fmaxf(largest, scores[other]);
    }
    for (long other = over.first; other < over.last; other++) {
        vec power = exponential((vec){scores[other] - largest});
        total += scores[other] = power[0];
    }
    for (long other = over.first; other < over.last; other++)
        scores[other] /= total;
    for (long at = 0; at < size; at += LANES) {
        vec sums = {0};
        for (long other = over.first; other < over.last; other++)
            sums += load(values + other * stride + at) * scores[other];
        store(mixed + at, sums);
    }
}

/* Mix what each row takes from its sequence, for the heads of this thread. */
static void attend(const shape *of, const float *projected, float *mixed, float *scores)
{
    long width = of->width, size = width / of->heads, stride = 3 * width;
    range mine = share(of->heads);
    for (long head = mine.first; head < mine.last; head++) {
        const float *queries = projected + head * size;
        for (long sequence = 0; sequence < of->sequences; sequence++) {
            range over = {of->starts[sequence], of->starts[sequence + 1]};
            for (long row = over.first; row < over.last; row++)
                attend_row(queries + row * stride, queries + width, queries + 2 * width, size, stride,
                           over, scores, mixed + row * width + head * size);
        }
    }
}

/* hidden = norm(hidden + change) (Ba et al. 2016), for the rows of this thread. */
static void add_and_normalize(const shape *of, linear norm, const float *change, float *hidden)
{
    range mine = share(of->rows);
    for (long row = mine.first; row < mine.last; row++) {
        float *states = hidden + row * of->width;
        vec sums = {0}, squares = {0};
        for (long at = 0; at < of->width; at += LANES) {
            vec values = load(states + at) + load(change + row * of->width + at);
            sums += values;
            store(states + at, values);
        }
        float mean = sum(sums) / of->width;
        for (long at = 0; at < of->width; at += LANES) {
            vec apart = load(states + at) - mean;
            squares += apart * apart;
        }
        float factor = 1.0f / sqrtf(sum(squares) / of->width + of->epsilon);
        for (long at = 0; at < of->width; at += LANES)
            store(states + at,
                  (load(states + at) - mean) * factor * load(norm.weight + at) + load(norm.bias + at));
    }
}

static void compute_layer(const layer *by, const shape *of, float *hidden, float *scratch, float *scores)
{
    long rows = of->rows, width = of->width, inner = of->inner;
    float *projected = scratch, *mixed = projected + 3 * rows * width;
    float *change = mixed + rows * width, *between = change + rows * width;

    apply(by->query, hidden, rows, width, width, projected, 3 * width);
    apply(by->key, hidden, rows, width, width, projected + width, 3 * width);
    apply(by->value, hidden, rows, width, width, projected + 2 * width, 3 * width);
#pragma omp barrier
    attend(of, projected, mixed, scores);
#pragma omp barrier
    apply(by->attention_output, mixed, rows, width, width, change, width);
#pragma omp barrier
    add_and_normalize(of, by->attention_norm, change, hidden);
#pragma omp barrier
    range made = apply(by->up, hidden, rows, width, inner, between, inner);
    for (long row = 0; row < rows; row++)
        for (long at = made.first; at < made.last; at += LANES) {
            float *values = between + row * inner + at;
            store(values, activate(load(values), of->activation));
        }
#pragma omp barrier
    apply(by->down, between, rows, inner, width, change, width);
#pragma omp barrier
    add_and_normalize(of, by->norm, change, hidden);
#pragma omp barrier
}

/* Compute all layers in place. `scratch` has room for rows * (5 * width + inner) floats, and a row of
 * scores for each thread after them. */
void allot_few_rows(const layer *layers, long count, const shape *of, float *hidden, float *scratch,
                    int threads)
{
    float *scores = scratch + of->rows * (5 * of->width + of->inner);
#pragma omp parallel num_threads(threads)
    for (long index = 0; index < count; index++)
        compute_layer(layers + index, of, hidden, scratch, scores + omp_get_thread_num() * of->rows);
}
