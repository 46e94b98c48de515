"""Files of coupons and of issued coupons."""
