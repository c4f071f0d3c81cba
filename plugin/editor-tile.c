#include "editor-tile.h"
