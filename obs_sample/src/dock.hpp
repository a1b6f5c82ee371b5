// The dock "Omote": emotions, looks, avatars and the state of the runtime, in OBS's own window.

#pragma once

namespace omote_obs {

// Add it to OBS's window; without one (libobs in another program) do nothing. Call it while the plugin is loaded.
void add_dock();

}  // namespace omote_obs
