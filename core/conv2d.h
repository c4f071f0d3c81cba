/* conv2d.h: the convolutional layer: filters, planes, activation maps, pixels.
 * Standard C only; knows no file, thread, translation or picture format.
 *
 * Units: widths, heights, rows and columns count pixels or weights; strides
 * of memory count bytes.  Errors: a function that can fail returns its
 * Conv2dStatus and, when ERROR is not NULL, fills it; what it would have
 * made is then untouched.  Threads: nothing here is shared but the choice of
 * the instruction set, made once (see conv2d_rows in conv2d-row.h). */

#ifndef CONV2D_H
#define CONV2D_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONV2D_MAX_SIZE 31    /* rows, and columns, of a filter */
#define CONV2D_MAX_FILTERS 64 /* filters of a layer */
#define CONV2D_MAX_STEP 64    /* stride, and dilation */

typedef enum
{
  CONV2D_OK,
  CONV2D_NO_MEMORY,
  CONV2D_NO_NUMBER,        /* the filter text holds no number */
  CONV2D_NOT_A_NUMBER,     /* found: the text in its place */
  CONV2D_NOT_FINITE,       /* found: NaN, an infinity, or beyond float32 */
  CONV2D_RAGGED,           /* ROW has VALUE numbers, the first row LIMIT */
  CONV2D_TOO_MANY_ROWS,    /* more than LIMIT */
  CONV2D_TOO_MANY_COLUMNS, /* ROW has more than LIMIT */
  CONV2D_WRONG_COUNT,      /* WxH: promised LIMIT numbers, VALUE stand there */
  CONV2D_BRACKET,          /* found: a bracket without its partner */
  CONV2D_SECOND_MATRIX,    /* found: the start of another matrix */
  CONV2D_NO_SHAPE,         /* variant COLUMN; found: no shape of f */
  CONV2D_TOO_MANY_FILTERS, /* more than LIMIT variants */
  CONV2D_MIXED_SHAPES,     /* variant COLUMN is not of the others' shape */
  CONV2D_OUTPUT_EMPTY,     /* the filter reaches VALUE, the input has LIMIT */
  CONV2D_PADDING_TOO_LARGE, /* VALUE, where the mode allows LIMIT */
  CONV2D_SAME_NEEDS_STRIDE_1, /* the stride is VALUE */
} Conv2dStatus;

/* Rows, columns and variants are counted from 1, 0 when they say nothing.
 * START and LENGTH tell which bytes of the text were found. */
typedef struct
{
  Conv2dStatus status;
  int row, column;
  size_t start, length;
  long value, limit;
  bool along_columns; /* sizes: the width is at fault, not the height */
} Conv2dError;

/* ---- filters (filter.c, variants.c) ---- */

typedef struct
{
  int rows, columns; /* 1 to CONV2D_MAX_SIZE */
  double weights[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE]; /* [rows][columns] */
} Conv2dFilter;

/* Reads TEXT: numbers between blanks or commas; rows end with `;', a newline
 * or a closing bracket; brackets as NumPy, PyTorch, C and spreadsheets write
 * them; `WxH:'; fractions a/b.  The decimal sign is the dot. */
Conv2dStatus conv2d_filter_parse (const char *text, Conv2dFilter *filter, Conv2dError *error);

/* Writes the shortest text that reads back to the same doubles, rows parted
 * by "; ".  As snprintf: returns the length without the final 0 and writes
 * at most SIZE bytes. */
size_t conv2d_filter_format (const Conv2dFilter *filter, char *text, size_t size);

typedef struct
{
  int count, rows, columns; /* COUNT filters of one shape */
  float *weights;           /* [count][rows][columns], owned */
  struct
  {
    size_t start, length; /* where each variant stands in the text */
  } names[CONV2D_MAX_FILTERS];
} Conv2dBank;

/* Makes the filters TEXT asks for: a comma-separated list of linear
 * combinations of f, f.T, rot90(f), rot180(f), rot270(f), fliplr(f) and
 * flipud(f).  Computed in double, term by term from the left, rounded to
 * float32 once. */
Conv2dStatus conv2d_bank_parse (const char *text, const Conv2dFilter *f, Conv2dBank *bank, Conv2dError *error);
void conv2d_bank_clear (Conv2dBank *bank);

/* ---- planes (plane.c) ---- */

typedef enum { CONV2D_U8 = 1, CONV2D_U16 = 2, CONV2D_F32 = 4 } Conv2dDepth; /* bytes */

/* Gray codes; they stand for code / 255, code / 65535 or the float itself. */
typedef struct
{
  Conv2dDepth depth;
  int width, height;
  ptrdiff_t stride;
  const void *codes;
} Conv2dPlane;

typedef enum { CONV2D_OPENCV, CONV2D_RED, CONV2D_GREEN, CONV2D_BLUE } Conv2dGray;

/* One row of R'G'B' codes to gray.  OpenCV's integers: (9798 R + 19235 G +
 * 3735 B + 16384) >> 15; floats: fma (R, .299, fma (G, .587, .114 B)). */
void conv2d_gray_row (Conv2dGray gray, Conv2dDepth depth, const void *rgb, void *codes, int width);

/* ---- the layer (conv2d.c) ---- */

typedef enum { CONV2D_ZEROS, CONV2D_REFLECT, CONV2D_REPLICATE, CONV2D_CIRCULAR } Conv2dPaddingMode;

typedef struct
{
  Conv2dBank filters;
  bool same;                        /* instead of the two numbers that follow */
  int padding_rows, padding_columns; /* on each side */
  Conv2dPaddingMode padding_mode;
  int stride, dilation; /* 1 to CONV2D_MAX_STEP */
  float bias;
} Conv2dLayer;

typedef struct
{
  int width, height;            /* of each map */
  int top, left, bottom, right; /* padding added to the input */
} Conv2dGeometry;

/* height = floor ((input height + top + bottom - dilation (rows - 1) - 1) / stride) + 1 */
Conv2dStatus conv2d_layer_measure (const Conv2dLayer *layer, int width, int height, Conv2dGeometry *geometry,
                                   Conv2dError *error);

/* LAYER applied to PLANE; borrows both.  Read-only: any number of threads
 * may use it, each with a workspace of its own. */
typedef struct Conv2dPlan Conv2dPlan;
typedef struct Conv2dWork Conv2dWork;

Conv2dPlan *conv2d_plan_new (const Conv2dLayer *layer, const Conv2dPlane *plane, Conv2dError *error);
void conv2d_plan_free (Conv2dPlan *plan);
const Conv2dGeometry *conv2d_plan_geometry (const Conv2dPlan *plan);
Conv2dWork *conv2d_work_new (const Conv2dPlan *plan); /* NULL: no memory */
void conv2d_work_free (Conv2dWork *work);

typedef struct { int x, y, width, height; } Conv2dArea; /* of a map */

/* The finite values seen; min > max when there was none. */
typedef struct { float min, max; } Conv2dRange;
#define CONV2D_RANGE_NONE ((Conv2dRange) { .min = INFINITY, .max = -INFINITY })

/* Widens RANGES, pre-ReLU [count] then post-ReLU [count], by the maps' AREA. */
void conv2d_plan_range (const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, Conv2dRange *ranges);

/* The same, and adds to ACTIVE, laid out as RANGES, how many of the AREA's
 * values are not 0; NaN is not.  ACTIVE may be NULL. */
void conv2d_plan_survey (const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, Conv2dRange *ranges,
                         uint64_t *active);

typedef enum
{
  CONV2D_ACTIVATION, /* float: the value itself */
  CONV2D_UNIT,       /* float: (value - black) / (white - black) in [0,1]; black == white, and NaN, give 0 */
  CONV2D_BYTE,       /* uint8_t: the byte Matplotlib's imshow draws for that */
} Conv2dPixel;

/* Where a map's AREA goes: PIXELS is its first pixel; NULL: not wanted.
 * Each pixel is written CHANNELS times (1 or 3). */
typedef struct
{
  void *pixels;
  ptrdiff_t stride;
  Conv2dPixel pixel;
  int channels;
  float black, white;
  bool stream; /* into big buffers that were written before: past the caches */
  int spare;   /* of a streamed map: pixels behind each row that may be overwritten, so that it ends in a whole line */
} Conv2dTarget;

/* Writes AREA of the maps: TARGETS as RANGES above. */
void conv2d_plan_maps (const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, const Conv2dTarget *targets);

#endif
