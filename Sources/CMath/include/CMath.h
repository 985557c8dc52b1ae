// The functions of <math.h> that retrievals need: pure, where the whole C library would bring input and output along.
#ifndef LANTIAN_CMATH_H
#define LANTIAN_CMATH_H

double cmath_exp(double x);
double cmath_log(double x);
double cmath_pow(double base, double exponent);
double cmath_cos(double radians);

#endif
