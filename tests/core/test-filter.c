/* test-filter.c: the text form of a filter: what people paste, what is
 * refused and how the error tells it, and what is written. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "conv2d.h"
#include "failing-memory.h"
#include "german.h"

/* ---- helpers ---- */

/* Tells where we are, in ASCII. */
static void
say (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

static gchar *
format (const Conv2dFilter *filter)
{
  gsize length = conv2d_filter_format (filter, NULL, 0);
  gchar *text = g_malloc (length + 1);

  g_assert_cmpuint (conv2d_filter_format (filter, text, length + 1), ==, length);
  return text;
}

/* TEXT reads as what is written as EXPECTED. */
static void
reads (const gchar *text, gint rows, gint columns, const gchar *expected)
{
  Conv2dFilter filter;
  Conv2dError error;
  g_autofree gchar *written = NULL;

  say (text);
  g_assert_cmpint (conv2d_filter_parse (text, &filter, &error), ==, CONV2D_OK);
  g_assert_cmpint (filter.rows, ==, rows);
  g_assert_cmpint (filter.columns, ==, columns);
  written = format (&filter);
  g_assert_cmpstr (written, ==, expected);
}

/* TEXT is refused just so. */
static void
refuses (const gchar *text, Conv2dError expected)
{
  Conv2dFilter filter, before;
  Conv2dError error;

  say (text);
  memset (&filter, 0x5a, sizeof filter);
  before = filter;
  memset (&error, 0xff, sizeof error);
  g_assert_cmpint (conv2d_filter_parse (text, &filter, &error), ==, expected.status);
  g_assert_cmpint (error.status, ==, expected.status);
  g_assert_cmpint (error.row, ==, expected.row);
  g_assert_cmpint (error.column, ==, expected.column);
  g_assert_cmpuint (error.start, ==, expected.start);
  g_assert_cmpuint (error.length, ==, expected.length);
  g_assert_cmpint (error.value, ==, expected.value);
  g_assert_cmpint (error.limit, ==, expected.limit);
  g_assert_false (error.along_columns);
  g_assert_true (memcmp (&filter, &before, sizeof filter) == 0);
  g_assert_cmpint (conv2d_filter_parse (text, &filter, NULL), ==, expected.status);
}

#define REFUSES(TEXT, ...) refuses (TEXT, (Conv2dError) { __VA_ARGS__ })

/* ROWS rows of COLUMNS ones. */
static gchar *
ones (gint rows, gint columns)
{
  GString *text = g_string_new (NULL);

  for (gint i = 0; i < rows; i++)
    for (gint j = 0; j < columns; j++)
      g_string_append (text, j > 0 ? " 1" : i > 0 ? "; 1" : "1");
  return g_string_free (text, FALSE);
}

/* ---- what is read ---- */

static void
test_weights (void)
{
  Conv2dFilter filter;

  g_assert_cmpint (conv2d_filter_parse ("1 -2.5 1e2; .5 +3 1/4", &filter, NULL), ==, CONV2D_OK);
  g_assert_cmpint (filter.rows, ==, 2);
  g_assert_cmpint (filter.columns, ==, 3);
  g_assert_cmpfloat (filter.weights[0], ==, 1);
  g_assert_cmpfloat (filter.weights[1], ==, -2.5);
  g_assert_cmpfloat (filter.weights[2], ==, 100);
  g_assert_cmpfloat (filter.weights[3], ==, 0.5);
  g_assert_cmpfloat (filter.weights[4], ==, 3);
  g_assert_cmpfloat (filter.weights[5], ==, 0.25);
}

static void
test_notebook (void)
{
  const gchar *plain = "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1";

  reads (plain, 4, 4, plain);
  reads ("[[-1, -1, 1, 1],\n [-1, -1, 1, 1],\n [-1, -1, 1, 1],\n [-1, -1, 1, 1]]", 4, 4, plain);
  reads ("np.array([[-1, -1, 1, 1], [-1, -1, 1, 1], [-1, -1, 1, 1], [-1, -1, 1, 1]])", 4, 4, plain);
}

static void
test_one_number (void)
{
  reads ("5", 1, 1, "5");
  reads (" 5 ", 1, 1, "5");
  reads ("\n\n5\n\n", 1, 1, "5");
  reads ("[5]", 1, 1, "5");
  reads ("[[[5]]]", 1, 1, "5");
  reads ("-0", 1, 1, "-0");
}

static void
test_separators (void)
{
  reads ("1 2\t3,4 , 5", 1, 5, "1 2 3 4 5");
  reads ("1\v2\f3", 1, 3, "1 2 3");
  reads ("1 2;3 4", 2, 2, "1 2; 3 4");
  reads ("1 2 ; 3 4 ;", 2, 2, "1 2; 3 4");
  reads (";; 1 2 ;;\n; 3 4;\n", 2, 2, "1 2; 3 4");
  reads ("1, 2,\n3, 4,\n", 2, 2, "1 2; 3 4");
  reads ("1, 2,; 3, 4,;", 2, 2, "1 2; 3 4");
  reads ("1;2;3", 3, 1, "1; 2; 3");
}

static void
test_numpy_print (void)
{
  reads ("[[-1 -1  1  1]\n [-1 -1  1  1]]", 2, 4, "-1 -1 1 1; -1 -1 1 1");
  reads ("[[ 0.5  1. ]\n [-2.   3.5]]\n", 2, 2, "0.5 1; -2 3.5");
  reads ("array([[1, 2],\n       [3, 4]])", 2, 2, "1 2; 3 4");
  reads ("array([[1., 2.],\n       [3., 4.]], dtype=float32)", 2, 2, "1 2; 3 4");
  reads ("numpy.array([1, 2])", 1, 2, "1 2");
  reads ("[[1.e-01 2.e+00]\n [3.e+10 4.e-05]]", 2, 2, "0.1 2; 30000000000 4e-5");
}

/* Long rows are wrapped where brackets are doubled; there only `]' ends them. */
static void
test_wrapped_rows (void)
{
  reads ("[[1 2\n  3]\n [4 5\n  6]]", 2, 3, "1 2 3; 4 5 6");
  reads ("tensor([[1, 2,\n         3],\n        [4, 5,\n         6]])", 2, 3, "1 2 3; 4 5 6");
  reads ("{{1, 2,\n 3},\n {4, 5,\r\n 6}}", 2, 3, "1 2 3; 4 5 6");
}

/* A word's bracket does not double the one within. */
static void
test_single_brackets (void)
{
  reads ("[1 2\n 3 4]", 2, 2, "1 2; 3 4");
  reads ("[1, 2; 3, 4]", 2, 2, "1 2; 3 4");
  reads ("matrix([1 2\n 3 4])", 2, 2, "1 2; 3 4");
  reads ("[1 2] [3 4]", 2, 2, "1 2; 3 4");
  reads ("[1 2],\n[3 4],\n", 2, 2, "1 2; 3 4");
  reads ("(1 2)(3 4)", 2, 2, "1 2; 3 4");
}

static void
test_torch_print (void)
{
  reads ("tensor([[1., 2.],\n        [3., 4.]])", 2, 2, "1 2; 3 4");
  reads ("tensor([[[[-1., -1.],\n          [ 1.,  1.]]]])", 2, 2, "-1 -1; 1 1");
  reads ("tensor([[1., 2.]], device='cuda:0', requires_grad=True)", 1, 2, "1 2");
  reads ("tensor([[1., 2.]],\n       grad_fn=<ViewBackward0>)", 1, 2, "1 2");
  reads ("tensor([1, 2], dtype=torch.int32)", 1, 2, "1 2");
  reads ("torch.tensor([[1, 2]])", 1, 2, "1 2");
  reads ("Parameter containing:\ntensor([[[[1., 2.]]]], requires_grad=True)", 1, 2, "1 2");
}

static void
test_c_initializer (void)
{
  reads ("{{1,2},{3,4}}", 2, 2, "1 2; 3 4");
  reads ("{ { 1, 2, },\n  { 3, 4, },\n}", 2, 2, "1 2; 3 4");
  reads ("{1, 2, 3}", 1, 3, "1 2 3");
  reads ("((1, 2), (3, 4))", 2, 2, "1 2; 3 4");
  reads ("[(1, 2), (3, 4)]", 2, 2, "1 2; 3 4");
}

static void
test_spreadsheet (void)
{
  reads ("1\t2\n3\t4\n", 2, 2, "1 2; 3 4");
  reads ("1\t2\r\n3\t4\r\n", 2, 2, "1 2; 3 4");
  reads ("1,2\r\n3,4", 2, 2, "1 2; 3 4");
}

static void
test_imagemagick (void)
{
  reads ("3x2:1,2,3,4,5,6", 2, 3, "1 2 3; 4 5 6");
  reads ("3x2: 1,2,3  4,5,6", 2, 3, "1 2 3; 4 5 6");
  reads (" 3x2:\n 1 2 3\n 4 5 6\n", 2, 3, "1 2 3; 4 5 6");
  reads ("3x2:1 2; 3 4; 5 6", 2, 3, "1 2 3; 4 5 6");
  reads ("1x1:-1/9", 1, 1, "-0.1111111111111111");
  reads ("2x2:[1 2 3 4]", 2, 2, "1 2; 3 4");
}

static void
test_fractions (void)
{
  reads ("1/9 -1/4 3/-4 -3/-4 +1/+2 1.5/3 1e2/1e3", 1, 7, "0.1111111111111111 -0.25 -0.75 0.75 0.5 0.5 0.1");
  reads ("0/5 -0/5", 1, 2, "0 -0");
}

static void
test_numbers (void)
{
  reads ("1e3 1E-3 1.e2 .5e+1 +7 -.25 5.", 1, 7, "1000 0.001 100 5 7 -0.25 5");
  reads ("1e-400 -1e-400", 1, 2, "0 -0");
  reads ("1e39 -1e300", 1, 2, "1e39 -1e300");
}

/* They are no size of ImageMagick's. */
static void
test_large_first_number (void)
{
  reads ("31 1", 1, 2, "31 1");
  reads ("32 1", 1, 2, "32 1");
  reads ("319 1", 1, 2, "319 1");
  reads ("320 1", 1, 2, "320 1");
  reads ("1000000; 2", 2, 1, "1000000; 2");
  reads ("18446744073709551616", 1, 1, "1.8446744073709552e19");
}

static void
test_largest (void)
{
  g_autofree gchar *square = ones (31, 31);
  g_autofree gchar *row = ones (1, 31);
  g_autofree gchar *column = ones (31, 1);
  g_autofree gchar *promised = g_strconcat ("31x31:", square, NULL);

  reads (square, 31, 31, square);
  reads (row, 1, 31, row);
  reads (column, 31, 1, column);
  reads (promised, 31, 31, square);
}

static void
test_deepest (void)
{
  reads ("[[[[[[[[1 2]]]]]]]]", 1, 2, "1 2");
  reads ("f([{(f1.g([[[1 2],[3 4]]]))}])", 2, 2, "1 2; 3 4");
}

/* ---- what is refused ---- */

static void
test_no_number (void)
{
  REFUSES ("", CONV2D_NO_NUMBER, 1, 1);
  REFUSES (" \t\r\n", CONV2D_NO_NUMBER, 1, 1);
  REFUSES (";;", CONV2D_NO_NUMBER, 1, 1);
  REFUSES (",", CONV2D_NO_NUMBER, 1, 1);
  REFUSES ("[[]]", CONV2D_NO_NUMBER, 1, 1);
  REFUSES ("tensor()", CONV2D_NO_NUMBER, 1, 1);
  REFUSES ("Parameter containing:", CONV2D_NO_NUMBER, 1, 1);
  REFUSES ("0x3: 1 2 3", CONV2D_NO_NUMBER, 1, 1, .start = 0, .length = 4);
  REFUSES ("3x0:", CONV2D_NO_NUMBER, 1, 1, .start = 0, .length = 4);
}

static void
test_not_a_number (void)
{
  REFUSES ("x", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 1);
  REFUSES ("1 2; 3 four", CONV2D_NOT_A_NUMBER, 2, 2, .start = 7, .length = 4);
  REFUSES ("[[1, 2], [3, a4]]", CONV2D_NOT_A_NUMBER, 2, 2, .start = 13, .length = 2);
  REFUSES ("1 --2", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 3);
  REFUSES ("1 - 2", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 1);
  REFUSES ("1 + 2", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 1);
  REFUSES ("1 .", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 1);
  REFUSES ("1.2.3", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 5);
  REFUSES ("0x10", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 4);
  REFUSES ("3x3", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 3);
  REFUSES ("3y3:1", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 5);
  REFUSES ("3x:1", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 4);
  REFUSES ("5 3x3:", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 4);
  REFUSES ("1 \xe2\x88\x92"
           "2",
           CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 4);
  REFUSES ("1 \xff", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 1);
  REFUSES ("1 infinit", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 7);
  REFUSES ("1 nanny", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 5);
  REFUSES ("Parameter 1", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 9);
  REFUSES ("1 Parameter containing:", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 9);
  REFUSES ("1 sin(2)", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 3);
}

/* A number is not one when a single byte follows it. */
static void
test_byte_after_number (void)
{
  REFUSES ("2e", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 2);
  REFUSES ("1 50%", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 3);
  REFUSES ("1 2; 3 4x", CONV2D_NOT_A_NUMBER, 2, 2, .start = 7, .length = 2);
  REFUSES ("1-", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 2);
  REFUSES ("1.5.", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 4);
  REFUSES ("1/2x", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 4);
}

static void
test_two_commas (void)
{
  REFUSES ("1,,2", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 1);
  REFUSES ("1, ,2", CONV2D_NOT_A_NUMBER, 1, 2, .start = 3, .length = 1);
  REFUSES ("[1],,[2]", CONV2D_NOT_A_NUMBER, 2, 1, .start = 4, .length = 1);
  REFUSES ("tensor([[1],,dtype=x])", CONV2D_NOT_A_NUMBER, 2, 1, .start = 12, .length = 1);
}

static void
test_wrong_fraction (void)
{
  REFUSES ("1/", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 2);
  REFUSES ("/2", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 2);
  REFUSES ("1//2", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 4);
  REFUSES ("1/2/3", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 5);
  REFUSES ("1/x", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 3);
  REFUSES ("1 / 2", CONV2D_NOT_A_NUMBER, 1, 2, .start = 2, .length = 1);
  REFUSES ("1*2", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 3);
  REFUSES ("1/nan", CONV2D_NOT_A_NUMBER, 1, 1, .start = 0, .length = 5);
}

static void
test_not_finite (void)
{
  const gchar *const words[]
      = { "nan",       "NaN",   "NAN",    "-nan", "inf", "Inf",  "-inf",    "+INF",    "infinity",
          "-Infinity", "1e309", "-1e309", "1/0",  "0/0", "-1/0", "1e309/2", "1/1e309", "1e300/1e-300" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree gchar *text = g_strconcat ("1 2; 3 ", words[i], NULL);

      REFUSES (text, CONV2D_NOT_FINITE, 2, 2, .start = 7, .length = strlen (words[i]));
    }
}

static void
test_ragged_row (void)
{
  REFUSES ("1 2; 3", CONV2D_RAGGED, 2, 2, .start = 6, .value = 1, .limit = 2);
  REFUSES ("1 2; 3;", CONV2D_RAGGED, 2, 2, .start = 6, .value = 1, .limit = 2);
  REFUSES ("1; 2 3\n", CONV2D_RAGGED, 2, 3, .start = 6, .value = 2, .limit = 1);
  REFUSES ("[[1, 2], [3, 4, 5]]", CONV2D_RAGGED, 2, 4, .start = 17, .value = 3, .limit = 2);
  REFUSES ("1 2\n3 4\n5", CONV2D_RAGGED, 3, 2, .start = 9, .value = 1, .limit = 2);
  /* A decimal comma shows as a row too long. */
  REFUSES ("1 2; 1,5 2", CONV2D_RAGGED, 2, 4, .start = 10, .value = 3, .limit = 2);
}

static void
test_too_many_rows (void)
{
  g_autofree gchar *column = ones (32, 1);
  Conv2dFilter filter;

  REFUSES (column, CONV2D_TOO_MANY_ROWS, 32, 1, .start = 93, .value = 32, .limit = 31);
  REFUSES ("1x32:", CONV2D_TOO_MANY_ROWS, 1, 1, .start = 5, .value = 32, .limit = 31);
  g_assert_cmpint (conv2d_filter_parse ("31x999999999999999999999:", &filter, NULL), ==, CONV2D_TOO_MANY_ROWS);
}

static void
test_too_many_columns (void)
{
  g_autofree gchar *row = ones (1, 32);
  g_autofree gchar *second = g_strconcat ("1;", row, NULL);
  Conv2dFilter filter;

  REFUSES (row, CONV2D_TOO_MANY_COLUMNS, 1, 32, .start = 62, .value = 32, .limit = 31);
  REFUSES (second, CONV2D_TOO_MANY_COLUMNS, 2, 32, .start = 64, .value = 32, .limit = 31);
  REFUSES ("32x1:", CONV2D_TOO_MANY_COLUMNS, 1, 1, .start = 5, .value = 32, .limit = 31);
  g_assert_cmpint (conv2d_filter_parse ("999999999999999999999x40:", &filter, NULL), ==, CONV2D_TOO_MANY_COLUMNS);
}

static void
test_wrong_count (void)
{
  REFUSES ("2x2:", CONV2D_WRONG_COUNT, 1, 1, .start = 4, .value = 0, .limit = 4);
  REFUSES ("2x2:1 2 3", CONV2D_WRONG_COUNT, 2, 2, .start = 9, .value = 3, .limit = 4);
  REFUSES ("2x2:1 2 3 4 5", CONV2D_WRONG_COUNT, 3, 1, .start = 12, .value = 5, .limit = 4);
}

static void
test_brackets (void)
{
  REFUSES ("[1 2", CONV2D_BRACKET, 1, 3, .start = 4);
  REFUSES ("[[1 2]", CONV2D_BRACKET, 2, 1, .start = 6);
  REFUSES ("tensor([[1 2]]", CONV2D_BRACKET, 2, 1, .start = 14);
  REFUSES ("tensor([[1 2]], dtype=x", CONV2D_BRACKET, 2, 1, .start = 23);
  REFUSES ("1 2]", CONV2D_BRACKET, 1, 3, .start = 3, .length = 1);
  REFUSES ("[1 2}", CONV2D_BRACKET, 1, 3, .start = 4, .length = 1);
  REFUSES ("{1 2)", CONV2D_BRACKET, 1, 3, .start = 4, .length = 1);
  REFUSES ("f(1 2]", CONV2D_BRACKET, 1, 3, .start = 5, .length = 1);
  REFUSES ("[1 2]]", CONV2D_BRACKET, 2, 1, .start = 5, .length = 1);
  REFUSES ("1 [2", CONV2D_BRACKET, 1, 2, .start = 2, .length = 1);
  REFUSES ("[1 (2)]", CONV2D_BRACKET, 1, 2, .start = 3, .length = 1);
  REFUSES ("[[[[[[[[[1]]]]]]]]]", CONV2D_BRACKET, 1, 1, .start = 8, .length = 1);
  REFUSES ("]", CONV2D_BRACKET, 1, 1, .start = 0, .length = 1);
}

static void
test_second_matrix (void)
{
  REFUSES ("[[1 2]] [[3 4]]", CONV2D_SECOND_MATRIX, 2, 1, .start = 8, .length = 1);
  REFUSES ("[[[1 2]], [[3 4]]]", CONV2D_SECOND_MATRIX, 2, 1, .start = 10, .length = 1);
  REFUSES ("1 2; [3 4]", CONV2D_SECOND_MATRIX, 2, 1, .start = 5, .length = 1);
  REFUSES ("[1 2], {{3 4}}", CONV2D_SECOND_MATRIX, 2, 1, .start = 8, .length = 1);
}

static void
test_after_the_matrix (void)
{
  REFUSES ("[[1 2]] 3", CONV2D_NOT_A_NUMBER, 2, 1, .start = 8, .length = 1);
  REFUSES ("[[1 2], 3]", CONV2D_NOT_A_NUMBER, 2, 1, .start = 8, .length = 1);
  REFUSES ("[[1 2]], dtype=x", CONV2D_NOT_A_NUMBER, 2, 1, .start = 9, .length = 7);
}

static void
test_no_memory (void)
{
  Conv2dFilter filter;
  Conv2dStatus status;
  gint n = 0;

  do
    {
      memory_start (++n, 0);
      status = conv2d_filter_parse ("[[1/9, 2], [3, 4]]", &filter, NULL);
      g_assert_cmpint (memory_stop (), ==, MIN (n, 5));
      g_assert_cmpint (status, ==, n > 5 ? CONV2D_OK : CONV2D_NO_MEMORY);
      g_assert_cmpint (memory_left (), ==, 0);
    }
  while (status != CONV2D_OK);
}

/* ---- what is written ---- */

static void
test_format_short (void)
{
  Conv2dFilter filter = { 2, 2, { 1, -2.5, 1e-5, 40 } };
  const gchar *full = "1 -2.5; 1e-5 40";
  gsize length = strlen (full);

  g_assert_cmpuint (conv2d_filter_format (&filter, NULL, 0), ==, length);
  for (gsize size = 1; size <= length + 2; size++)
    {
      g_autofree gchar *text = g_malloc (length + 8);
      g_autofree gchar *expected = g_strndup (full, size - 1);

      memset (text, '#', length + 8);
      g_assert_cmpuint (conv2d_filter_format (&filter, text, size), ==, length);
      g_assert_cmpstr (text, ==, expected);
      for (gsize i = size; i < length + 8; i++)
        g_assert_cmpint (text[i], ==, '#');
    }
}

static void
check_round_trips (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gint i = 0; i < 300; i++)
    {
      Conv2dFilter filter = { g_rand_int_range (rand, 1, 32), g_rand_int_range (rand, 1, 32), { 0 } };
      Conv2dFilter again;
      g_autofree gchar *text = NULL;
      gsize size = (gsize) (filter.rows * filter.columns);

      for (gsize n = 0; n < size; n++)
        filter.weights[n] = i % 2 ? ldexp (g_rand_double_range (rand, -1, 1), g_rand_int_range (rand, -1080, 1024))
                                  : g_rand_int_range (rand, -9, 10) / 4.0;
      filter.weights[size / 2] = -0.0;
      text = format (&filter);
      g_assert_cmpint (conv2d_filter_parse (text, &again, NULL), ==, CONV2D_OK);
      g_assert_cmpint (again.rows, ==, filter.rows);
      g_assert_cmpint (again.columns, ==, filter.columns);
      g_assert_true (memcmp (again.weights, filter.weights, size * sizeof (gdouble)) == 0);
    }
}

static void
test_round_trip (void)
{
  check_round_trips ();
}

static void
test_german (void)
{
  if (!german_start ())
    return;
  reads ("1.5 -.25; 1e-3 1/4", 2, 2, "1.5 -0.25; 0.001 0.25");
  reads ("1,5", 1, 2, "1 5");
  check_round_trips ();
  german_stop ();
}

/* Whatever the bytes are, there is an answer, and no byte is touched that is not there. */
static void
test_random_bytes (void)
{
  static const gchar letters[] = "0123456789019 .-+eE/,;\n\r\t[]{}()xnaif:_\"=\xff";
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (gint i = 0; i < 20000; i++)
    {
      gsize length = (gsize) g_rand_int_range (rand, 0, 24);
      g_autofree gchar *text = g_malloc0 (length + 1); /* not a byte more, for the sanitizers */
      Conv2dFilter filter;
      Conv2dError error;

      for (gsize n = 0; n < length; n++)
        text[n] = letters[g_rand_int_range (rand, 0, sizeof letters - 1)];
      if (conv2d_filter_parse (text, &filter, &error) == CONV2D_OK)
        {
          g_assert_cmpint (filter.rows, >=, 1);
          g_assert_cmpint (filter.columns, >=, 1);
          g_assert_cmpint (filter.rows, <=, CONV2D_MAX_SIZE);
          g_assert_cmpint (filter.columns, <=, CONV2D_MAX_SIZE);
          for (gint n = 0; n < filter.rows * filter.columns; n++)
            g_assert_true (isfinite (filter.weights[n]));
        }
      else
        {
          g_assert_cmpuint (error.start, <=, length);
          g_assert_cmpuint (error.length, <=, length - error.start);
          g_assert_cmpint (error.row, >=, 1);
          g_assert_cmpint (error.column, >=, 1);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/filter/weights", test_weights);
  g_test_add_func ("/core/filter/notebook", test_notebook);
  g_test_add_func ("/core/filter/one-number", test_one_number);
  g_test_add_func ("/core/filter/separators", test_separators);
  g_test_add_func ("/core/filter/numpy-print", test_numpy_print);
  g_test_add_func ("/core/filter/wrapped-rows", test_wrapped_rows);
  g_test_add_func ("/core/filter/single-brackets", test_single_brackets);
  g_test_add_func ("/core/filter/torch-print", test_torch_print);
  g_test_add_func ("/core/filter/c-initializer", test_c_initializer);
  g_test_add_func ("/core/filter/spreadsheet", test_spreadsheet);
  g_test_add_func ("/core/filter/imagemagick", test_imagemagick);
  g_test_add_func ("/core/filter/fractions", test_fractions);
  g_test_add_func ("/core/filter/numbers", test_numbers);
  g_test_add_func ("/core/filter/large-first-number", test_large_first_number);
  g_test_add_func ("/core/filter/largest", test_largest);
  g_test_add_func ("/core/filter/deepest", test_deepest);
  g_test_add_func ("/core/filter/no-number", test_no_number);
  g_test_add_func ("/core/filter/not-a-number", test_not_a_number);
  g_test_add_func ("/core/filter/byte-after-number", test_byte_after_number);
  g_test_add_func ("/core/filter/two-commas", test_two_commas);
  g_test_add_func ("/core/filter/wrong-fraction", test_wrong_fraction);
  g_test_add_func ("/core/filter/not-finite", test_not_finite);
  g_test_add_func ("/core/filter/ragged-row", test_ragged_row);
  g_test_add_func ("/core/filter/too-many-rows", test_too_many_rows);
  g_test_add_func ("/core/filter/too-many-columns", test_too_many_columns);
  g_test_add_func ("/core/filter/wrong-count", test_wrong_count);
  g_test_add_func ("/core/filter/brackets", test_brackets);
  g_test_add_func ("/core/filter/second-matrix", test_second_matrix);
  g_test_add_func ("/core/filter/after-the-matrix", test_after_the_matrix);
  g_test_add_func ("/core/filter/no-memory", test_no_memory);
  g_test_add_func ("/core/filter/format-short", test_format_short);
  g_test_add_func ("/core/filter/round-trip", test_round_trip);
  g_test_add_func ("/core/filter/german", test_german);
  g_test_add_func ("/core/filter/random-bytes", test_random_bytes);
  return g_test_run ();
}
