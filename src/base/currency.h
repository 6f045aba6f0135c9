/* currency.h - the currencies of ISO 4217 that are legal tender somewhere. */
#pragma once

/* Their codes with | between them, as the values of an enum are declared. */
extern const char currency_codes[];
