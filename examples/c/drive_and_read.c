/* Nod, and read the picture meanwhile, over ZeroMQ. On any machine.
 *
 * cc examples/c/drive_and_read.c -lzmq -lm -o drive_and_read     (apt-get install libzmq3-dev)
 * ./drive_and_read 5570 5572 100                                 control port, publish port, frames
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

/* Everything of the message but its last 8 bytes, a big-endian double: MessagePack written by hand. */
static const char HEAD[] = "\x84\xa4type\xa7" "control\xa5layer\xa4pose\xa6source\xa1" "c\xa6values\x81\xa5pitch\xcb";

static void nod(void *drive, int step) {
    uint8_t message[sizeof HEAD - 1 + 8];
    double pitch = 0.2 * sin(step / 10.0);
    uint64_t bits;
    memcpy(&bits, &pitch, 8);
    memcpy(message, HEAD, sizeof HEAD - 1);
    for (int i = 0; i < 8; i++) message[sizeof HEAD - 1 + i] = (uint8_t)(bits >> (56 - 8 * i));
    zmq_send(drive, message, sizeof message, ZMQ_DONTWAIT);
}

static void *opened(void *context, int kind, const char *port, int option) {
    char address[64];
    int one = 1;
    void *socket = zmq_socket(context, kind);
    snprintf(address, sizeof address, "tcp://127.0.0.1:%s", port);
    zmq_setsockopt(socket, option, &one, sizeof one); /* before connecting */
    if (kind == ZMQ_SUB) zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "OMOTEFRM", 8);
    zmq_connect(socket, address);
    return socket;
}

int main(int argc, char **argv) {
    void *context = zmq_ctx_new();
    void *drive = opened(context, ZMQ_PUSH, argc > 1 ? argv[1] : "5570", ZMQ_SNDHWM);
    void *frames = opened(context, ZMQ_SUB, argc > 2 ? argv[2] : "5572", ZMQ_CONFLATE); /* the newest only */
    int count = argc > 3 ? atoi(argv[3]) : 100;
    for (int seen = 0, step = 0; seen < count; step++) {
        zmq_pollitem_t item = {frames, 0, ZMQ_POLLIN, 0};
        nod(drive, step);
        if (zmq_poll(&item, 1, 16) <= 0) continue;
        zmq_msg_t message;
        zmq_msg_init(&message);
        zmq_msg_recv(&message, frames, 0);
        const uint8_t *data = zmq_msg_data(&message); /* all numbers are little-endian, as on x86 and ARM */
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        uint16_t begin;
        uint32_t width, height;
        uint64_t id;
        int64_t rendered_ns;
        memcpy(&begin, data + 10, 2);
        memcpy(&width, data + 12, 4);
        memcpy(&height, data + 16, 4);
        memcpy(&id, data + 32, 8);
        memcpy(&rendered_ns, data + 56, 8);
        const uint8_t *pixel = data + begin; /* RGBA, straight alpha, sRGB, top row first */
        printf("frame %llu: %u x %u, first pixel %d,%d,%d,%d, %.3f ms old\n", (unsigned long long)id, width, height,
               pixel[0], pixel[1], pixel[2], pixel[3], (now.tv_sec * 1000000000LL + now.tv_nsec - rendered_ns) / 1e6);
        fflush(stdout);
        zmq_msg_close(&message);
        seen++;
    }
    int linger_ms = 1000;
    zmq_setsockopt(drive, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_close(drive);
    zmq_close(frames);
    zmq_ctx_term(context);
    return 0;
}
