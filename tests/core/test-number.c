/* test-number.c: decimal numbers read and written, the same in every locale. */

#include <float.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#include "failing-memory.h"
#include "german.h"
#include "number.h"

/* ---- helpers ---- */

/* Tells where we are, in ASCII. */
static void
say (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

static guint64
bits_of (gdouble value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static gdouble
random_double (GRand *rand)
{
  gdouble value;

  do
    {
      guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);

      memcpy (&value, &bits, sizeof value);
    }
  while (!isfinite (value));
  return value;
}

/* Those that count: neither zeros in front nor, without a dot, at the end. */
static guint
count_digits (const gchar *text)
{
  guint count = 0, zeros = 0;
  gboolean fraction = FALSE;

  for (text += strspn (text, "-0."); *text && *text != 'e'; text++)
    {
      fraction |= *text == '.';
      count += g_ascii_isdigit (*text);
      zeros = *text == '0' ? zeros + 1 : 0;
    }
  return fraction ? count : count - zeros;
}

/* ---- reading ---- */

static const struct
{
  const gchar *text;
  gsize length;
  gdouble value;
} numbers[] = {
  { "0", 1, 0 },
  { "7", 1, 7 },
  { "007", 3, 7 },
  { "12 34", 2, 12 },
  { "1.5", 3, 1.5 },
  { ".5", 2, .5 },
  { "5.", 2, 5 },
  { "5.,6", 2, 5 },
  { "1.5.5", 3, 1.5 },
  { "1,5", 1, 1 },
  { "1e3", 3, 1e3 },
  { "1E3", 3, 1e3 },
  { "1e+3", 4, 1e3 },
  { "1.e-3", 5, 1e-3 },
  { ".5e1", 4, 5 },
  { "2e", 1, 2 },
  { "2e+", 1, 2 },
  { "2e-x", 1, 2 },
  { "2ex", 1, 2 },
  { "0x10", 1, 0 },
  { "1_000", 1, 1 },
  { "1e-400", 6, 0 },
  { "0e999", 5, 0 },
  { "4.9e-324", 8, 4.9406564584124654e-324 },
  { "2.2250738585072011e-308", 23, 2.2250738585072011e-308 },
  { "1.7976931348623157e308", 22, DBL_MAX },
  { "0.1", 3, 0.1 },
  { "9007199254740993", 16, 9007199254740992 },
  { "0.30000000000000004", 19, 0.1 + 0.2 },
};

static void
check_reading (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gdouble value = -1;

      say (numbers[i].text);
      g_assert_cmpuint (conv2d_number_length (numbers[i].text), ==, numbers[i].length);
      g_assert_cmpint (conv2d_number_value (numbers[i].text, numbers[i].length, &value), ==, CONV2D_OK);
      g_assert_cmphex (bits_of (value), ==, bits_of (numbers[i].value));
    }
}

static void
test_read (void)
{
  check_reading ();
}

static void
test_read_german (void)
{
  if (!german_start ())
    return;
  check_reading ();
  german_stop ();
}

static void
test_no_number (void)
{
  const gchar *const texts[]
      = { "", " 1", ".", "..5", ".e5", "e5", "E", "-1", "+1", "nan", "inf", "x", ",5", "\xc2\xbd" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      say (texts[i]);
      g_assert_cmpuint (conv2d_number_length (texts[i]), ==, 0);
    }
}

/* No byte after LENGTH counts. */
static void
test_value_stops (void)
{
  gdouble value;

  g_assert_cmpint (conv2d_number_value ("1234.5e6", 3, &value), ==, CONV2D_OK);
  g_assert_cmpfloat (value, ==, 123);
  g_assert_cmpint (conv2d_number_value ("1234.5e6", 5, &value), ==, CONV2D_OK);
  g_assert_cmpfloat (value, ==, 1234);
  g_assert_cmpint (conv2d_number_value ("1234.5e6", 6, &value), ==, CONV2D_OK);
  g_assert_cmpfloat (value, ==, 1234.5);
}

static void
test_too_large (void)
{
  const gchar *const texts[] = { "1e309", "1.8e308", "99999e9999999999999999999" };
  gdouble value;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpint (conv2d_number_value (texts[i], strlen (texts[i]), &value), ==, CONV2D_NOT_FINITE);
}

static void
test_many_digits (void)
{
  g_autoptr (GString) text = g_string_new ("0.5");
  gdouble value;

  for (gint i = 0; i < 20000; i++)
    g_string_append_c (text, '0');
  g_assert_cmpuint (conv2d_number_length (text->str), ==, text->len);
  g_assert_cmpint (conv2d_number_value (text->str, text->len, &value), ==, CONV2D_OK);
  g_assert_cmpfloat (value, ==, 0.5);
  /* The last digit still counts. */
  text->str[text->len - 1] = '1';
  g_string_append (text, "e0");
  g_string_prepend_c (text, '1');
  g_assert_cmpint (conv2d_number_value (text->str, text->len, &value), ==, CONV2D_OK);
  g_assert_cmpfloat (value, ==, 10.5);
}

static void
test_no_memory (void)
{
  gdouble value = 3;

  memory_start (1, 0);
  g_assert_cmpint (conv2d_number_value ("1.5", 3, &value), ==, CONV2D_NO_MEMORY);
  g_assert_cmpint (memory_stop (), ==, 1);
}

/* ---- writing ---- */

static const struct
{
  gdouble value;
  const gchar *text;
} written[] = {
  { 0.0, "0" },
  { -0.0, "-0" },
  { 1, "1" },
  { -1, "-1" },
  { 10, "10" },
  { 100000, "100000" },
  { -123456789, "-123456789" },
  { 999999999999999, "999999999999999" },
  { 1e15, "1e15" },
  { 1e22, "1e22" },
  { 1.5e300, "1.5e300" },
  { 0.5, "0.5" },
  { -0.25, "-0.25" },
  { 0.1, "0.1" },
  { 0.1 + 0.2, "0.30000000000000004" },
  { 1.0 / 9, "0.1111111111111111" },
  { 1.0 / 3, "0.3333333333333333" },
  { 123456.75, "123456.75" },
  { 1e-5, "1e-5" },
  { 1.25e-10, "1.25e-10" },
  { 1e100, "1e100" },
  { 1e-100, "1e-100" },
  { 4.9406564584124654e-324, "5e-324" },
  { DBL_MIN, "2.2250738585072014e-308" },
  { DBL_MAX, "1.7976931348623157e308" },
  { -DBL_MAX, "-1.7976931348623157e308" },
  { 9007199254740992, "9007199254740992" },
};

static void
check_writing (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (written); i++)
    {
      gchar text[CONV2D_NUMBER_SIZE];

      conv2d_number_format (written[i].value, text);
      g_assert_cmpstr (text, ==, written[i].text);
    }
}

static void
test_write (void)
{
  check_writing ();
}

static void
test_write_german (void)
{
  if (!german_start ())
    return;
  check_writing ();
  german_stop ();
}

static void
check_round_trip (gdouble value)
{
  gchar text[CONV2D_NUMBER_SIZE];
  gsize sign;
  gdouble again;

  memset (text, '#', sizeof text);
  conv2d_number_format (value, text);
  g_assert_nonnull (memchr (text, '\0', sizeof text));
  sign = *text == '-';
  g_assert_cmpuint (strspn (text + sign, "0123456789.e-"), ==, strlen (text + sign));
  g_assert_cmpuint (conv2d_number_length (text + sign), ==, strlen (text + sign));
  g_assert_cmpint (conv2d_number_value (text + sign, strlen (text + sign), &again), ==, CONV2D_OK);
  g_assert_cmphex (bits_of (sign ? -again : again), ==, bits_of (value));
  g_assert_cmphex (bits_of (g_ascii_strtod (text, NULL)), ==, bits_of (value));
}

static void
check_round_trips (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gdouble tiny = 4.9406564584124654e-324;

  for (gint i = 0; i < 5000; i++)
    {
      check_round_trip (random_double (rand));
      check_round_trip (tiny * g_rand_int (rand)); /* subnormal */
      check_round_trip (g_rand_double_range (rand, -10, 10));
      check_round_trip ((gfloat) g_rand_double_range (rand, -10, 10));
      check_round_trip (g_rand_int_range (rand, -1000, 1000) / 1000.0);
      check_round_trip (ldexp (1, g_rand_int_range (rand, -1074, 1024)));
      check_round_trip (floor (g_rand_double_range (rand, -2e15, 2e15)));
    }
}

static void
test_round_trip (void)
{
  check_round_trips ();
}

static void
test_round_trip_german (void)
{
  if (!german_start ())
    return;
  check_round_trips ();
  german_stop ();
}

/* As many digits as the first length that reads back has. */
static void
check_length (gdouble value)
{
  gchar text[CONV2D_NUMBER_SIZE], shortest[G_ASCII_DTOSTR_BUF_SIZE], format[8];
  gint digits = 0;

  do
    {
      g_snprintf (format, sizeof format, "%%.%dg", ++digits);
      g_ascii_formatd (shortest, sizeof shortest, format, value);
    }
  while (g_ascii_strtod (shortest, NULL) != value);
  conv2d_number_format (value, text);
  if (count_digits (text) > (guint) digits)
    g_error ("%s became %s", shortest, text);
}

static void
test_shortest (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (gint i = 0; i < 20000; i++)
    {
      check_length (random_double (rand));
      check_length (4.9406564584124654e-324 * g_rand_int (rand)); /* subnormal */
      check_length ((gfloat) g_rand_double_range (rand, -10, 10));
      check_length (g_rand_int_range (rand, -1000, 1000) / 900.0);
    }
  for (gint exponent = -1074; exponent < 1024; exponent++)
    {
      /* Where the doubles above lie twice as far apart as those below. */
      check_length (ldexp (1, exponent));
      check_length (nextafter (ldexp (1, exponent), 0));
      check_length (nextafter (ldexp (1, exponent), INFINITY));
    }
}

/* A number made of few digits is written with no more of them. */
static void
test_few_digits (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (gint i = 0; i < 20000; i++)
    {
      guint digits = (guint) g_rand_int_range (rand, 1, 16);
      gint exponent = g_rand_int_range (rand, -300, 290);
      g_autoptr (GString) source = g_string_new (NULL);
      gchar text[CONV2D_NUMBER_SIZE];

      for (guint d = 0; d < digits; d++)
        g_string_append_c (source, (gchar) ('0' + g_rand_int_range (rand, d == 0, 10)));
      g_string_append_printf (source, "e%d", exponent);
      conv2d_number_format (g_ascii_strtod (source->str, NULL), text);
      if (count_digits (text) > digits)
        g_error ("%s became %s", source->str, text);
    }
}

/* Any number is written with as many digits as it takes to read it back. */
static void
test_no_digit_too_many (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (gint i = 0; i < 20000; i++)
    {
      gdouble value = i % 2 ? random_double (rand) : g_rand_double_range (rand, -2, 2);
      gchar text[CONV2D_NUMBER_SIZE], shorter[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree gchar *pattern = NULL;
      guint digits;

      conv2d_number_format (value, text);
      digits = count_digits (text);
      if (digits < 2)
        continue;
      pattern = g_strdup_printf ("%%.%ue", digits - 2);
      g_ascii_formatd (shorter, sizeof shorter, pattern, value);
      g_assert_cmphex (bits_of (g_ascii_strtod (shorter, NULL)), !=, bits_of (value));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/number/read", test_read);
  g_test_add_func ("/core/number/read-german", test_read_german);
  g_test_add_func ("/core/number/no-number", test_no_number);
  g_test_add_func ("/core/number/value-stops", test_value_stops);
  g_test_add_func ("/core/number/too-large", test_too_large);
  g_test_add_func ("/core/number/many-digits", test_many_digits);
  g_test_add_func ("/core/number/no-memory", test_no_memory);
  g_test_add_func ("/core/number/write", test_write);
  g_test_add_func ("/core/number/write-german", test_write_german);
  g_test_add_func ("/core/number/round-trip", test_round_trip);
  g_test_add_func ("/core/number/round-trip-german", test_round_trip_german);
  g_test_add_func ("/core/number/shortest", test_shortest);
  g_test_add_func ("/core/number/few-digits", test_few_digits);
  g_test_add_func ("/core/number/no-digit-too-many", test_no_digit_too_many);
  return g_test_run ();
}
