"""The pages of people: signing in, one's account, and the admin's list."""

from qa.people.views import account, filters, people, programme, provider, sign_in

blueprints = (sign_in.bp, provider.bp, account.bp, people.bp, programme.bp, filters.bp)
