#include "CNetCDF.h"
