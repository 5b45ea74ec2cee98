//go:build linux && production && webkit2_41

package platform

/*
#cgo pkg-config: gtk+-3.0
#include <stdlib.h>
#include <string.h>
#include <gtk/gtk.h>

enum { as_text, as_mark };

// The mark that KeePassXC and others set, and that Klipper, CopyQ and GPaste know.
static const char *mark = "x-kde-passwordManagerHint";

static GtkClipboard *the_clipboard(void) { return gtk_clipboard_get(GDK_SELECTION_CLIPBOARD); }

// Another program asks for it, in one of the forms.
static void give(GtkClipboard *clipboard, GtkSelectionData *to, guint form, gpointer text) {
  if (form == as_mark)
    gtk_selection_data_set(to, gtk_selection_data_get_target(to), 8, (const guchar *)"secret", 6);
  else
    gtk_selection_data_set_text(to, text, -1);
}

// What stands on the clipboard, as long as it is ours.
static char *ours;

// Something else was copied, or it was cleared.
static void forget(GtkClipboard *clipboard, gpointer text) {
  if (text == ours) ours = NULL;
  explicit_bzero(text, strlen(text));
  free(text);
}

static gboolean put(gpointer text) {
  GtkTargetList *forms = gtk_target_list_new(NULL, 0);
  gtk_target_list_add_text_targets(forms, as_text);
  gtk_target_list_add(forms, gdk_atom_intern_static_string(mark), 0, as_mark);
  int count;
  GtkTargetEntry *table = gtk_target_table_new_from_list(forms, &count);
  if (gtk_clipboard_set_with_data(the_clipboard(), table, count, give, forget, text)) ours = text;
  else forget(NULL, text);
  gtk_target_table_free(table, count);
  gtk_target_list_unref(forms);
  return G_SOURCE_REMOVE;
}

// It does nothing where something else was copied since, here or by another program. Nothing is asked of
// the clipboard for it: an answer can take as long as another program likes.
static gboolean clear(gpointer text) {
  if (ours && !strcmp(ours, text)) gtk_clipboard_clear(the_clipboard());
  explicit_bzero(text, strlen(text));
  free(text);
  return G_SOURCE_REMOVE;
}

static void put_secret(char *text) { g_idle_add_full(G_PRIORITY_HIGH, put, text, NULL); }
static void clear_secret(char *text) { g_idle_add_full(G_PRIORITY_HIGH, clear, text, NULL); }
*/
import "C"

// MarksSecrets says that CopySecret marks what it puts there as a secret.
const MarksSecrets = true

// CopySecret puts a text on the clipboard, marked as a secret.
func CopySecret(text string) { C.put_secret(C.CString(text)) }

// ClearSecret takes a text away again, unless something else was copied since.
func ClearSecret(text string) { C.clear_secret(C.CString(text)) }
