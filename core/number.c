/* number.c: decimal numbers as text, the same in every locale.
 * strtod() and printf() follow the host's locale, so its decimal sign is put
 * in for the dot before the one and taken out after the other. */

#include "number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
digits (const char *text)
{
  return strspn (text, "0123456789");
}

size_t
conv2d_number_length (const char *text)
{
  size_t whole = digits (text);
  size_t length = whole;
  size_t fraction = 0;

  if (text[length] == '.')
    {
      fraction = digits (text + length + 1);
      length += 1 + fraction;
    }
  if (whole + fraction == 0)
    return 0;

  if (text[length] == 'e' || text[length] == 'E')
    {
      size_t sign = text[length + 1] == '+' || text[length + 1] == '-';
      size_t exponent = digits (text + length + 1 + sign);

      if (exponent > 0)
        length += 1 + sign + exponent;
    }
  return length;
}

Conv2dStatus
conv2d_number_value (const char *text, size_t length, double *value)
{
  const char *point = localeconv ()->decimal_point;
  const char *dot = memchr (text, '.', length);
  size_t before = dot ? (size_t) (dot - text) : length;
  char *copy = malloc (length + strlen (point) + 1);
  char *end = copy;

  if (!copy)
    return CONV2D_NO_MEMORY;
  memcpy (end, text, before);
  end += before;
  if (dot)
    {
      memcpy (end, point, strlen (point));
      end += strlen (point);
      memcpy (end, dot + 1, length - before - 1);
      end += length - before - 1;
    }
  *end = '\0';
  *value = strtod (copy, NULL);
  free (copy);
  return isfinite (*value) ? CONV2D_OK : CONV2D_NOT_FINITE;
}

/* "1e+05" to "1e5", and the locale's decimal sign to the dot. */
static void
tidy (char *text)
{
  const char *point = localeconv ()->decimal_point;
  char *sign = strstr (text, point);
  char *exponent;

  if (*point && sign)
    {
      *sign = '.';
      memmove (sign + 1, sign + strlen (point), strlen (sign + strlen (point)) + 1);
    }
  exponent = strchr (text, 'e');
  if (exponent)
    {
      char *to = exponent + 1 + (exponent[1] == '-');
      char *from = exponent + 2 + strspn (exponent + 2, "0");

      memmove (to, from, strlen (from) + 1);
    }
}

/* PRECISION significant digits, without zeros at their end; true when they read back to VALUE. */
static bool
format_digits (double value, int precision, char text[CONV2D_NUMBER_SIZE])
{
  snprintf (text, CONV2D_NUMBER_SIZE, "%.*g", precision, value);
  return strtod (text, NULL) == value;
}

void
conv2d_number_format (double value, char text[CONV2D_NUMBER_SIZE])
{
  /* A normal double is nearest to one decimal of DBL_DIG digits at the most: if
   * that reads back, no shorter one does.  Below, each length must be tried. */
  int precision = fabs (value) < DBL_MIN ? 1 : DBL_DIG;

  while (!format_digits (value, precision, text) && precision < DBL_DECIMAL_DIG)
    precision++;
  tidy (text);
}
