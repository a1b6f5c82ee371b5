/* Smile and turn the head for three seconds, over ZeroMQ: cc examples/c/drive.c -lzmq -lm -o drive && ./drive 5570 */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>
/* MessagePack by hand; the last 8 bytes of each message are the value, a big-endian double. */
#define MESSAGE(layer, name) "\x84\xa4type\xa7" "control\xa6source\xa1" "c\xa5layer" layer "\xa6values\x81" name "\xcb--------"

static void drive(void *runtime, char *message, size_t size, double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    for (int i = 0; i < 8; i++) message[size - 8 + i] = (char)(bits >> (56 - 8 * i));
    zmq_send(runtime, message, size, ZMQ_DONTWAIT); /* never waits */
}

int main(int argc, char **argv) {
    char address[64] = "tcp://127.0.0.1:";
    char turn[] = MESSAGE("\xa4pose", "\xa3yaw"), smile[] = MESSAGE("\xa7" "emotion", "\xa5happy");
    void *context = zmq_ctx_new(), *runtime = zmq_socket(context, ZMQ_PUSH);
    zmq_setsockopt(runtime, ZMQ_IMMEDIATE, &(int){1}, sizeof(int)); /* nothing waits for a runtime that starts later */
    zmq_connect(runtime, strncat(address, argc > 1 ? argv[1] : "5570", 8));
    for (int step = 0; step < 180; step++, usleep(1000000 / 60)) {
        drive(runtime, turn, sizeof turn - 1, 0.3 * sin(step / 20.0)); /* radians */
        drive(runtime, smile, sizeof smile - 1, 1.0);
    }
    zmq_setsockopt(runtime, ZMQ_LINGER, &(int){1000}, sizeof(int));
    zmq_close(runtime);
    zmq_ctx_term(context);
}
