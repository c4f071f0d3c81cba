#include "editor-cells.h"
