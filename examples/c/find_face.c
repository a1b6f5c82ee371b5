/* Ask a fleet's directory where its faces are, with nothing but libzmq: one request, the reply's MessagePack read by hand.
 *
 * cc examples/c/find_face.c -lzmq -o find_face                       (apt-get install libzmq3-dev)
 * ./find_face 192.168.1.20 5569 fleet.omote-key kofi                 all faces without a name; "-" = no key, on loopback
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

typedef struct { const uint8_t *at, *end; } Reader;
typedef enum { NUMBER, TEXT, LIST, MAP, OTHER } Kind;

static uint64_t take(Reader *in, int bytes) {
    uint64_t value = 0;
    if (in->end - in->at < bytes) { fprintf(stderr, "the reply is cut off\n"); exit(1); }
    for (int i = 0; i < bytes; i++) value = value << 8 | *in->at++;
    return value;
}

/* Read the head of a value: its kind, and its number, or its count of bytes or of parts. Source: the MessagePack format. */
static Kind head(Reader *in, uint64_t *count) {
    uint8_t tag = (uint8_t)take(in, 1);
    *count = 0;
    if (tag < 0x80 || tag >= 0xe0) { *count = tag; return NUMBER; }
    if (tag < 0x90) { *count = tag & 15; return MAP; }
    if (tag < 0xa0) { *count = tag & 15; return LIST; }
    if (tag < 0xc0) { *count = tag & 31; return TEXT; }
    if (tag >= 0xc4 && tag <= 0xc6) { *count = take(in, 1 << (tag - 0xc4)); return TEXT; }
    if (tag == 0xca || tag == 0xcb) { take(in, tag == 0xca ? 4 : 8); return OTHER; }
    if (tag >= 0xcc && tag <= 0xd3) { *count = take(in, 1 << ((tag - 0xcc) & 3)); return NUMBER; }
    if (tag >= 0xd9 && tag <= 0xdb) { *count = take(in, 1 << (tag - 0xd9)); return TEXT; }
    if (tag == 0xdc || tag == 0xdd) { *count = take(in, tag == 0xdc ? 2 : 4); return LIST; }
    if (tag == 0xde || tag == 0xdf) { *count = take(in, tag == 0xde ? 2 : 4); return MAP; }
    return OTHER; /* nil, false, true */
}

static void text(Reader *in, char *out, size_t room) {
    uint64_t count;
    int is_text = head(in, &count) == TEXT;
    if (!is_text || (uint64_t)(in->end - in->at) < count) { fprintf(stderr, "this is no directory\n"); exit(1); }
    snprintf(out, room, "%.*s", (int)count, (const char *)in->at);
    in->at += count;
}

static void skip(Reader *in) {
    uint64_t count;
    Kind kind = head(in, &count);
    if (kind == TEXT) for (; count; count--) take(in, 1);
    if (kind == MAP) count *= 2;
    if (kind == MAP || kind == LIST) for (; count; count--) skip(in);
}

/* Go to the value of a key of the map that begins here; 0 = it has none. */
static int enter(Reader *in, const char *wanted) {
    uint64_t count;
    char key[64];
    for (int is_map = head(in, &count) == MAP; is_map && count; count--, skip(in)) {
        text(in, key, sizeof key);
        if (!strcmp(key, wanted)) return 1;
    }
    return 0;
}

static void print_face(Reader face) {
    static const char *const PORTS[] = {"control_port", "request_port", "publish_port", "panel_port"};
    char name[128] = "", host[128] = "", failure[512] = "";
    Reader at = face;
    if (enter(&at, "name")) text(&at, name, sizeof name);
    if (at = face, enter(&at, "host")) text(&at, host, sizeof host);
    if (at = face, enter(&at, "failure")) text(&at, failure, sizeof failure);
    printf("%s %s", name, *failure ? failure : host);
    for (int i = 0; i < 4 && !*failure; i++) {
        uint64_t port;
        at = face;
        if (enter(&at, PORTS[i]) && head(&at, &port) == NUMBER && port) printf(" %s %llu", PORTS[i], (unsigned long long)port);
    }
    printf("\n");
}

/* The client's key pair and the fleet's public key, from lines such as "public" = "..." */
static void use_key(void *socket, const char *path) {
    char line[256], name[32], value[64];
    FILE *file = fopen(path, "r");
    if (!file) { perror(path); exit(1); }
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, " \"%31[^\"]\" = \"%63[^\"]\"", name, value) != 2) continue;
        int option = !strcmp(name, "secret") ? ZMQ_CURVE_SECRETKEY : !strcmp(name, "public") ? ZMQ_CURVE_PUBLICKEY : ZMQ_CURVE_SERVERKEY;
        zmq_setsockopt(socket, option, value, strlen(value) + 1);
    }
    fclose(file);
}

int main(int argc, char **argv) {
    char address[300], ask[300] = "\x83\xa4type\xa7" "command\xa4name\xa6status\xa8" "argument\xd9";
    const char *name = argc > 4 ? argv[4] : "";
    size_t size = strlen(ask);
    if (argc < 4 || strlen(name) > 200) { fprintf(stderr, "usage: find_face HOST PORT KEY|- [NAME]\n"); return 2; }
    ask[size] = (char)strlen(name);
    memcpy(ask + size + 1, name, strlen(name));
    void *context = zmq_ctx_new(), *directory = zmq_socket(context, ZMQ_REQ);
    zmq_setsockopt(directory, ZMQ_LINGER, &(int){0}, sizeof(int));
    if (strcmp(argv[3], "-")) use_key(directory, argv[3]);
    snprintf(address, sizeof address, "tcp://%s:%s", argv[1], argv[2]);
    zmq_connect(directory, address);
    zmq_send(directory, ask, size + 1 + strlen(name), 0);
    zmq_pollitem_t item = {directory, 0, ZMQ_POLLIN, 0};
    int is_there = zmq_poll(&item, 1, 3000) > 0;
    if (is_there) {
        zmq_msg_t reply;
        zmq_msg_init(&reply);
        zmq_msg_recv(&reply, directory, 0);
        Reader in = {zmq_msg_data(&reply), (const uint8_t *)zmq_msg_data(&reply) + zmq_msg_size(&reply)};
        uint64_t count = 0;
        if (!enter(&in, "status") || !enter(&in, "faces")) { fprintf(stderr, "this is no directory\n"); return 1; }
        for (head(&in, &count); count; count--, skip(&in)) print_face(in);
        zmq_msg_close(&reply);
    } else fprintf(stderr, "no directory answers at %s; is the key its own?\n", address);
    zmq_close(directory);
    zmq_ctx_term(context);
    return !is_there;
}
