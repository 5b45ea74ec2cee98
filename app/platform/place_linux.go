//go:build linux && production && webkit2_41

package platform

/*
#cgo pkg-config: webkit2gtk-4.1
#include <gtk/gtk.h>

static GMutex lock;
static GdkRectangle last;
static gboolean maximised;
static gboolean active;

// Where the window is while it is neither as large as the screen nor an icon, whether it is as large, and whether it has the keys.
static gboolean follow(GtkWidget *widget, GdkEvent *event, gpointer none) {
  GdkWindow *window = gtk_widget_get_window(widget);
  if (!window) return FALSE;
  GdkWindowState state = gdk_window_get_state(window);
  g_mutex_lock(&lock);
  maximised = (state & GDK_WINDOW_STATE_MAXIMIZED) != 0;
  active = (state & GDK_WINDOW_STATE_FOCUSED) != 0;
  if (!(state & (GDK_WINDOW_STATE_MAXIMIZED | GDK_WINDOW_STATE_FULLSCREEN | GDK_WINDOW_STATE_ICONIFIED))) {
    gtk_window_get_position(GTK_WINDOW(widget), &last.x, &last.y);
    gtk_window_get_size(GTK_WINDOW(widget), &last.width, &last.height);
  }
  g_mutex_unlock(&lock);
  return FALSE;
}

static GtkWindow *the_window(void) {
  GtkWindow *found = NULL;
  GList *all = gtk_window_list_toplevels();
  for (GList *w = all; w && !found; w = w->next) {
    if (gtk_window_get_window_type(w->data) == GTK_WINDOW_TOPLEVEL && gtk_bin_get_child(w->data)) found = w->data;
  }
  g_list_free(all);
  return found;
}

static gboolean move(gpointer data) {
  GdkRectangle *to = data;
  GtkWindow *window = the_window();
  if (window) {
    if (to->width > 0) gtk_window_move(window, to->x, to->y);
    g_signal_connect(window, "configure-event", G_CALLBACK(follow), NULL);
    g_signal_connect(window, "window-state-event", G_CALLBACK(follow), NULL);
  }
  g_free(to);
  return G_SOURCE_REMOVE;
}

// Just after Wails has put the window in the middle, which it does when idle.
static void place(int x, int y, int width, int height) {
  GdkRectangle *to = g_new(GdkRectangle, 1);
  *to = (GdkRectangle){x, y, width, height};
  g_idle_add_full(G_PRIORITY_DEFAULT_IDLE + 1, move, to, NULL);
}

static int placed(GdkRectangle *at) {
  g_mutex_lock(&lock);
  *at = last;
  int large = maximised;
  g_mutex_unlock(&lock);
  return large;
}

static int is_active(void) {
  g_mutex_lock(&lock);
  int now = active;
  g_mutex_unlock(&lock);
  return now;
}

static int monitors(void) { return gdk_display_get_n_monitors(gdk_display_get_default()); }

static int area(int n, GdkRectangle *at) {
  GdkMonitor *monitor = gdk_display_get_monitor(gdk_display_get_default(), n);
  gdk_monitor_get_workarea(monitor, at);
  return gdk_monitor_is_primary(monitor);
}
*/
import "C"

import "slices"

// WorkAreas are the monitors, without the system's panels, the primary one first. Call it
// after HasDisplay, from the same thread.
func WorkAreas() (all []Rect) {
	for n := range C.monitors() {
		var at C.GdkRectangle
		primary := C.area(n, &at) != 0
		area := Rect{int(at.x), int(at.y), int(at.width), int(at.height)}
		if primary {
			all = slices.Insert(all, 0, area)
		} else {
			all = append(all, area)
		}
	}
	return all
}

// PlaceWindow puts the window somewhere, and from then on follows where it is. An empty
// Rect leaves it in the middle.
func PlaceWindow(to Rect) {
	C.place(C.int(to.X), C.int(to.Y), C.int(to.Width), C.int(to.Height))
}

// WindowPlace says where the window is, or was before it was maximised; empty where that
// is not known.
func WindowPlace() (at Rect, maximised bool) {
	var last C.GdkRectangle
	maximised = C.placed(&last) != 0
	return Rect{int(last.x), int(last.y), int(last.width), int(last.height)}, maximised
}

// WindowActive reports whether the window has the keys: its person is at it. It is known once the window is placed.
func WindowActive() bool { return C.is_active() != 0 }
