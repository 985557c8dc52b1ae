#include "CMath.h"
#include <math.h>

double cmath_exp(double x) { return exp(x); }
double cmath_log(double x) { return log(x); }
double cmath_pow(double base, double exponent) { return pow(base, exponent); }
double cmath_cos(double radians) { return cos(radians); }
