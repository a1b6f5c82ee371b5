// The source "Omote face": shows a stream of shared memory, with alpha.

#pragma once

namespace omote_obs {

void register_face_source();

}  // namespace omote_obs
