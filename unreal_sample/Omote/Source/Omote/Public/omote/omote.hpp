// Includes everything without dependencies: frames from shared memory, control over OSC.

#pragma once

#include "control_sender.hpp"
#include "ring_reader.hpp"
#include "view.hpp"
