#include "edits.h"
