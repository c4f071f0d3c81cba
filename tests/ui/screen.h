/* screen.h: what a user does and sees on the display that display.sh started:
 * pointer and keys by xdotool, pixels from the screen's own memory.  Knows GTK;
 * nothing of filters or maps. */

#ifndef SCREEN_H
#define SCREEN_H

#include <gtk/gtk.h>

/* As gtk_test_init() and g_test_init(), with every warning fatal. */
void screen_init (int *argc, char ***argv);

/* A window that shows CHILD, in the upper left corner, on the screen with the focus. */
GtkWidget *screen_window_new (GtkWidget *child, gint width, gint height);

/* Shows a WINDOW, in the upper left corner, with the focus. */
void screen_window_show (GtkWidget *window);

/* Runs the main loop until CONDITION; fails when that takes a minute. */
void screen_wait (gboolean (*condition) (gpointer data), gpointer data);
/* Runs the main loop until nothing has happened for a while. */
void screen_settle (void);

/* One xdotool command, then settles.  Words parted by blanks. */
void screen_do (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* The pointer to X, Y of WIDGET; COMMAND ("click 1") may be NULL. */
void screen_point (GtkWidget *widget, gint x, gint y, const gchar *command);

/* Where X, Y of WIDGET is on the screen. */
void screen_place (GtkWidget *widget, gint *x, gint *y);
/* The colour there, 0xrrggbb, of what is drawn by now. */
guint32 screen_pixel (GtkWidget *widget, gint x, gint y);

/* Writes the screen as NAME.png into the folder $CONV_LAYER_PICTURES, if it is set. */
void screen_picture (const gchar *name);

/* The first widget of TYPE inside of WIDGET whose label or accessible name is
 * TEXT (mnemonics' underscores left out); NULL if there is none. */
GtkWidget *screen_find (GtkWidget *widget, GType type, const gchar *text);

#endif
