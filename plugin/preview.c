#include "preview.h"
