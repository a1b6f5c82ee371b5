// The plugin's entry: registers the source "Omote face", and adds the dock.

#include <obs-module.h>

#ifdef OMOTE_HAS_DOCK
#include "dock.hpp"
#endif
#include "face_source.hpp"

OBS_DECLARE_MODULE()
OBS_MODULE_USE_DEFAULT_LOCALE("omote-obs", "en-US")

MODULE_EXPORT const char* obs_module_description() { return "Shows the face that Omote draws"; }

bool obs_module_load() {
  omote_obs::register_face_source();
#ifdef OMOTE_HAS_DOCK
  omote_obs::add_dock();
#endif
  return true;
}
