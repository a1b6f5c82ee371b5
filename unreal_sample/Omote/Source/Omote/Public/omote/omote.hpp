// Everything that needs no other library: frames out of shared memory, control over OSC.

#pragma once

#include "control_sender.hpp"
#include "ring_reader.hpp"
#include "view.hpp"
