// libnetcdf as Swift sees it: its functions are plain C, only the two headers are gathered.
#ifndef LANTIAN_CNETCDF_H
#define LANTIAN_CNETCDF_H

#include <netcdf.h>
#include <netcdf_mem.h>

#endif
