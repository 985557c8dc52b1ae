// libmosquitto's client, as it is: the client library of the Mosquitto broker.
#ifndef LANTIAN_CMOSQUITTO_H
#define LANTIAN_CMOSQUITTO_H

#include <mosquitto.h>
#include <mqtt_protocol.h>

#endif
