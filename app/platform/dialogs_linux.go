//go:build linux && webkit2_41

package platform

/*
#cgo pkg-config: gtk+-3.0
#include <gtk/gtk.h>

// A dialog has a loop of its own, which goes on when the window's has been told to end.
static gboolean cancel(gpointer none) {
  GList *windows = gtk_window_list_toplevels();
  g_list_foreach(windows, (GFunc)g_object_ref, NULL);
  for (GList *w = windows; w; w = w->next) {
    if (GTK_IS_DIALOG(w->data) && gtk_widget_get_visible(w->data)) gtk_dialog_response(w->data, GTK_RESPONSE_DELETE_EVENT);
  }
  g_list_free_full(windows, g_object_unref);
  return G_SOURCE_REMOVE;
}

static void cancel_dialogs(void) { g_idle_add_full(G_PRIORITY_HIGH, cancel, NULL, NULL); }
*/
import "C"

// CancelDialogs closes the system's dialogs for files and printing, as Escape would. The application ends only
// once they are closed.
func CancelDialogs() { C.cancel_dialogs() }
